"""Words that streets and people are never called after, for rules that have no sentence to go by."""


def words(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


FOOD = words(
    """
    hibachi teppanyaki teppan yakisoba gyoza gyozas edamame miso ramen udon soba sushi sashimi nigiri maki omakase
    sake mochi tempura teriyaki katsu tonkatsu bento onigiri yakitori ponzu wasabi matcha hamachi unagi tofu seitan
    tempeh wagyu kobe filet filets mignon fillet ribeye rib-eye sirloin strip ny steak steaks tenderloin chicken
    beef pork lamb duck turkey shrimp shrimps prawn prawns scallop scallops lobster lobsters lobstertail crab
    calamari squid octopus salmon tuna mahi halibut cod tilapia veggie mushroom mushrooms zucchini onion onions
    broccoli carrot carrots sprouts cabbage ginger garlic butter soy sauce sauces yum-yum aioli mayo mustard
    sriracha chili rice noodle noodles salad salads soup soups seaweed dumpling dumplings appetizer appetizers
    entree entrees dessert desserts cheesecake tiramisu cupcake cupcakes cake cakes brownie brownies cookies
    mocktail mocktails cocktail cocktails pepper peppers salt tso earl grey margarita margaritas sangria prosecco
    champagne wine wines beer beers soda sodas lemonade coke pepsi sprite coffee latte espresso mocha chai cortado
    manuka tea boba water juice combo combos platter platters buffet grill grills griddle spatula onion-volcano
    volcano egg eggs shellfish peanut peanuts sesame dairy wheat almond almonds cashew cashews walnut walnuts pecan
    avocado asparagus corn potato potatoes taco tacos burrito burritos quesadilla pizza pizzas pasta lasagna burger
    burgers hotdog hotdogs sandwich sandwiches fries wings nachos guacamole hummus falafel kebab kebabs kabob kabobs
    shawarma curry biryani naan tikka masala pho banh kimchi bulgogi bibimbap dimsum dim sum lumpia adobo poke
    parmesan mozzarella cheddar ranch caesar alfredo marinara pesto risotto carbonara bolognese prosciutto
    cappuccino americano macchiato frappuccino caramel cinnamon vanilla chocolate hazelnut pumpkin
    """
)

CALENDAR = words(
    """
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
    sundays january february march april may june july august september october november december christmas xmas eve
    easter thanksgiving halloween hanukkah chanukah passover kwanzaa ramadan eid diwali holi juneteenth memorial
    labor presidents veterans independence valentine valentine's valentines patrick patrick's patricks patty's cinco
    mayo mother's mothers father's fathers superbowl super bowl nye sun mon tue tues wed weds thu thur thurs fri sat
    jan feb mar apr jun jul aug sep sept oct nov dec tet lunar mardi gras columbus oktoberfest friendsgiving
    galentine's mlk boxing spring summer fall autumn winter weekend weekday noon midnight morning afternoon evening
    """
)

FUNCTION = words(
    """
    a an the and or but if then than so as at by for from in into of off on onto out over to up with without within
    about after before during since until till while because though although not no nor yes i me my mine we us our
    ours you your yours he him his she her hers it its they them their theirs this that these those who whom whose
    which what when where why how all any both each every few more most other some such only own same too very just
    also again here there now once ever never always often still already yet soon am is are was were be been being
    do does did doing done have has had having will would shall should can could may might must ought go goes going
    gone went get gets getting got come comes coming came take takes taking took taken make makes making made want
    wants wanted need needs needed like likes liked know think thought see saw seen say says said tell told ask
    asked give given gave let lets put set try tried call called calling text texted book booked booking cancel
    change confirm confirmed pay paid send sent looking wondering interested hoping trying planning hosting sorry
    sure glad happy excited afraid allergic located based around near next last first second third new old good
    great best better bad big small many much lot lots one two three four five six seven eight nine ten eleven
    twelve really actually maybe perhaps probably please thanks thank welcome hello hi hey ok okay un una el los las
    y o para por con de del que es soy
    """
)
"""Words that never are part of a name, not even after "my name is"."""
