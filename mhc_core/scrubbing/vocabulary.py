"""Words that say nothing about a person: ordinary English, chat spelling, food, places, days, trade names.

The English comes from the lexicon that ships with ``textblob``; the rest is written here.
"""

from functools import cache
from importlib.resources import files

from mhc_core.language.memories import remembered


def words(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


CHAT = words(
    """
    u ur r y n b c k kk ok okay okey oki yea yeah yep yup nope nah ya yah yay pls plz plss please thx thanx thnx
    thks tks ty tysm tyvm np nvm idk idc imo btw fyi asap lol lmao omg wow haha hahaha hehe hmm hm uh um oh ah aww
    hi hii hiii hey heyy heya hello helo hellooo howdy sup yo bye cya gn gm ttyl brb rn tmrw tmr tmw tomo tom2
    tonite nite gonna wanna gotta lemme gimme kinda sorta dunno cuz coz cause bc bcuz becuz tho thru thats whats
    wheres whos hows heres theres lets dont doesnt didnt cant couldnt wont wouldnt shouldnt isnt arent wasnt werent
    hasnt havent hadnt aint im ive ill id youre youve youll youd hes shes theyre theyve weve were well its it'll
    alot abt appt appts approx avail bday bdays bf gf bff fam grad hr hrs min mins sec secs msg msgs txt txts pic
    pics vid vids info infos addy app apps online website email emails e-mail gmail hotmail yahoo outlook icloud
    wifi sms dm dms faq rsvp diy eta tbd tba vip bbq byob pm am est pst pdt cst usd eur gbp aud cad jpy ca bucks ppl
    peeps pple guys folks y'all yall def totes obvi sry soz srry prob probs probly prolly rly srsly congrats yummy
    yum tasty awesome cool nice amazing sooo soo sooooo veggie veggies weds thur thurs tues mon tue wed thu fri sat
    sun jan feb mar apr jun jul aug sep sept oct nov dec covid vegan vegans vegetarian vegetarians keto paleo
    pescatarian gluten celiac kosher halal nut-free dairy-free gluten-free backyard patio gazebo driveway cleanup
    setup checkout checkin signup login venmo zelle paypal cashapp apple google amex visa mastercard discover debit
    yelp facebook fb instagram insta ig tiktok twitter snapchat whatsapp viber telegram messenger youtube linkedin
    nextdoor groupon uber lyft doordash costco walmart safeway zoom siri alexa covid-19 reschedule rescheduling
    rebook refundable nonrefundable non-refundable prepaid prepay upcharge add-on addon addons add-ons upsell
    voucher promo promos discount discounts coupon quote quotes deposit deposits booking bookings booked catering
    caterer caterers invoice receipts itemized gratuity tip tips headcount adult adults kid kids kiddo kiddos
    toddler toddlers teen teens baby grandma grandpa nana mom moms dad dads hubby wifey fiance fiancee husband wife
    son daughter sister brother cousin coworker coworkers bestie bridesmaid bridesmaids bachelorette bachelor
    quinceanera quince birthday birthdays anniversary graduation sweet sixteen shower rehearsal retirement
    housewarming potluck hola gracias si señor señora por favor buenos dias tardes noches nombre mi es soy para una
    un el la de del que cuanto cuesta wanted needing asking checking messaging reaching following confirming hiya
    ciao adios aloha namaste rofl lmfao omw hbd ofc ikr jk gl ggl afk irl smh fwiw iirc nbd sos wth wtf af bruh bro
    sis dude chatbot bot ai app's ordered reorder smth sth anyones everyones alright allright tonight's today's
    tomorrow's weekend's
    """
)

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

PLACES = words(
    """
    california cali norcal socal sacramento sac sf oakland berkeley fremont hayward vallejo fairfield vacaville
    benicia richmond concord pleasanton livermore dublin danville alameda antioch brentwood pittsburg martinez
    lafayette orinda moraga walnut creek hercules pinole milpitas sunnyvale cupertino saratoga campbell gilroy
    hollister salinas monterey carmel seaside watsonville capitola aptos soquel felton burlingame millbrae
    hillsborough belmont redwood menlo atherton woodside pacifica daly colma brisbane sausalito tiburon novato
    petaluma rohnert sebastopol healdsburg windsor cloverdale calistoga yountville napa sonoma roseville rocklin
    lincoln loomis auburn folsom orangevale citrus carmichael fairoaks natomas elk grove galt lodi stockton manteca
    lathrop ripon modesto turlock ceres merced atwater fresno clovis madera visalia tulare hanford bakersfield
    placerville shingle springs granite bay citrusheights woodland davis dixon winters tracy tahoe truckee reno
    sparks stateline mammoth yosemite chico oroville yuba marysville redding eureka ukiah willits lakeport clearlake
    grass valley nevada colfax sutter ione sonora pleasant hill los angeles la hollywood pasadena glendale burbank
    anaheim irvine santa san area peninsula east north south west central coast sierra foothills silicon vegas las
    phoenix seattle portland denver chicago houston dallas austin boston philadelphia miami orlando tampa atlanta
    detroit cleveland cincinnati columbus indianapolis milwaukee minneapolis baltimore washington dc nyc york
    brooklyn manhattan queens bronx jersey newark pittsburgh charlotte nashville memphis orleans tucson mesa
    albuquerque utah arizona texas florida georgia virginia carolina oregon idaho colorado hawaii honolulu maui
    alaska montana wyoming nebraska kansas iowa missouri illinois indiana ohio michigan wisconsin minnesota dakota
    oklahoma arkansas louisiana mississippi alabama tennessee kentucky maryland delaware pennsylvania connecticut
    massachusetts vermont hampshire maine mexico canada toronto vancouver montreal london paris berlin rome madrid
    tokyo osaka kyoto seoul beijing shanghai hong kong singapore sydney melbourne dubai delhi mumbai bangalore
    chennai hyderabad japan japanese china chinese korea korean india indian vietnam vietnamese thai thailand
    philippines filipino italy italian france french spain spanish germany german england british ireland irish
    australia australian argentina argentine brazil brazilian peru peruvian chile colombia cuba cuban ecuador panama
    guatemala honduras nicaragua salvador salvadoran venezuela bolivia uruguay paraguay portugal portuguese greece
    greek turkey turkish russia russian ukraine ukrainian poland polish sweden swedish norway norwegian denmark
    danish finland finnish holland dutch belgium belgian austria austrian switzerland swiss hungary hungarian czech
    romania romanian bulgaria croatia serbia scotland scottish wales welsh israel israeli iran iranian iraq iraqi
    persian arab arabic lebanon lebanese syria syrian egypt egyptian morocco moroccan ethiopia ethiopian nigeria
    nigerian kenya ghana pakistan pakistani nepal nepali bangladesh sri lanka cambodia cambodian laos malaysia
    malaysian indonesia indonesian taiwan taiwanese mongolia mongolian jamaica jamaican haiti caribbean latin
    hispanic mediterranean english cantonese mandarin szechuan sichuan cajun creole tex mex texmex jewish muslim
    hindu sikh catholic christian buddhist mormon orthodox protestant evangelical america american usa us uk europe
    asian asia african
    """
)

TRADES = words(
    """
    inc llc ltd corp company co restaurant restaurants grille kitchen bistro cafe steakhouse house bar lounge hotel
    hotels inn resort winery vineyard vineyards club clubhouse hoa church temple school elementary middle high
    college university academy hospital clinic center centre park hall venue ballroom garden gardens events event
    boys bros sons group services service market store shop mall airbnb vrbo hilton marriott hyatt benihana
    starbucks mcdonald's chipotle target amazon netflix spotify microsoft android iphone samsung toyota honda tesla
    ford
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

OWN = CHAT | FOOD | CALENDAR | PLACES | TRADES | FUNCTION


_CONTRACTED = words("don didn doesn won isn aren wasn weren hasn haven hadn")


@cache
def english() -> frozenset[str]:
    """Lower-case English words that the lexicon does not know as proper or foreign names."""
    known = set()
    lexicon = files("textblob").joinpath("en", "en-lexicon.txt").read_text(encoding="utf-8")
    for line in lexicon.splitlines():
        word, _, tag = line.partition(" ")
        if word.isalpha() and word.islower() and tag and not tag.startswith(("NNP", "FW")):
            known.add(word)
    return frozenset(known)


def ordinary(word: str) -> bool:
    """Whether the lower-cased ``word`` is ordinary vocabulary (it may be a name besides)."""
    known = english()
    if word in OWN or word in known:
        return True
    stem, apostrophe, ending = word.rpartition("'")
    if apostrophe and ending in ("s", "d", "ll", "ve", "re", "m", "t"):
        return ordinary(stem) or stem in _CONTRACTED
    return any(
        word.endswith(ending) and (word[: -len(ending)] in known or word[: -len(ending)] + "e" in known)
        for ending in ("s", "es", "ed", "ing", "er", "ly", "d", "ers", "in'")
        if len(word) - len(ending) > 2
    )


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@remembered(20_000)
def misspelt(word: str) -> bool:
    """Whether the lower-cased, unknown ``word`` is one slip away from an ordinary word, or two of them run together.

    Not by ``language.misspellings``: among 44,000 words rapidfuzz takes ten times as long as every slip looked up.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return False
    if any(
        word[:cut] in FUNCTION and (word[cut:] in FUNCTION or (len(word) - cut > 2 and word[cut:] in english()))
        for cut in range(1, len(word))
    ):
        return True
    common = english()
    cuts = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    return any(
        candidate in common or candidate in OWN
        for head, tail in cuts
        for candidate in (
            head + tail[1:] if len(word) > 4 else "",
            head + tail[1:2] + tail[:1] + tail[2:] if len(tail) > 1 else "",
            *((head + letter + tail[1:] for letter in _LETTERS) if len(word) > 5 and tail else ()),
            *((head + letter + tail for letter in _LETTERS) if len(word) > 4 else ()),
        )
    )
