# ruff: noqa: E501 - patterns read better in one line
"""How attacks are worded, on text that went through ``injection_text.folded``. Order: the most telling style first."""

from typing import Literal

Style = Literal["override", "reveal", "others", "tools", "role", "turns", "price"]

_GAP = r"[^.!?\n]{0,40}?"
_RULES = (
    r"(?:instructions?|directives?|system prompts?|prompts?|programming|guidelines|guardrails|safety (?:rules|filters?)"
    r"|restrictions|constraints|training|commands|orders given|system messages?|safeguards)"
)
_WHOSE = r"(?:(?:all|any|every|of|the|your|these|those|previous|prior|earlier|above|preceding|original|initial|given|system|current|existing|own|hidden|internal|secret|my) ){1,6}"
_DROP = (
    r"(?:ignore|disregard|forget|override|bypass|skip|drop|discard|erase|delete|stop following|do not follow"
    r"|don't follow|pay no attention to|throw (?:out|away)|set aside|break|violate|reset|unlearn|turn off|disable|remove)"
)
_TELL = (
    r"(?:show|reveal|print|repeat|tell|give|output|leak|dump|display|recite|write (?:out|down)|summari[sz]e|translate"
    r"|expose|disclose|share|copy|paste|list|spell out|echo|return|what (?:is|are|was|were|do|does)|read (?:me|out|back)"
    r"|encode|quote|describe|paraphrase|send)"
)
_OTHERS = (
    r"(?:other|another|previous|last|different|next|all|every|each|any|recent|first) "
    r"(?:customer|client|user|caller|person who (?:booked|wrote|chatted)|people who booked|host|conversation|chat|booking)s?(?:'s?|s')?"
)
_DATA = (
    r"(?:names?|phones?|numbers?|e-?mails?|address(?:es)?|details?|data|info(?:rmation)?|orders?|cards?|payments?"
    r"|history|messages?|conversations?|chats?|bookings?|records?|contacts?|database|list|allerg\w+|said|wrote|asked)"
)


OVERRIDE = (
    rf"\b{_DROP} {_GAP}\b{_WHOSE}(?:[a-z]+ )?{_RULES}\b",
    rf"\b{_DROP} (?:all |any )?(?:the |your |these |those )?(?:above|previous|prior|{_RULES})\b(?! (?:message|text|one|party|quote|order|question|e-?mail|date|for|about|on))",
    rf"\b{_DROP} (?:all |any |every )?(?:of )?(?:your|these|the company'?s|the business'?s?) (?:[a-z]+ )?(?:rules|policies|limits)\b",
    rf"\b{_DROP} (?:everything|all|anything) (?:you(?:'ve| have| were| had)? (?:been )?(?:told|taught|learned|know|given)|before this|above|said before|prior to this|that came before)\b",
    r"\b(?:new|updated|revised|real|actual|different) (?:system )?(?:instructions?|directives?|prompt|rules?)(?: for you| follow)?(?::| are| is to\b| follow)",
    r"\bfrom now on,? (?:you|ignore|answer|respond|reply|only|always|never|every)\b(?! (?:(?:can|may|could) )?(?:text|call|e-?mail|reach|contact|write|use my))",
    r"\byou (?:no longer|do not|don't) (?:have|need|follow|obey)(?: to (?:follow|obey))? (?:any |the |your )?(?:rules|restrictions|instructions|limits|guidelines|policies|filters)\b",
    r"\b(?:your|the) (?:rules|restrictions|policies|guidelines|instructions|filters|limits) (?:are|have been|were|no longer) (?:now )?(?:lifted|removed|suspended|disabled|off|void|apply|cancell?ed|gone|replaced|changed)\b",
    r"\b(?:add|append|save|store|write|remember|learn|commit) (?:this|that|the following|it)?[^.!?\n]{0,20}(?:to|in|into|as|permanently)[^.!?\n]{0,15}\b(?:your (?:rules|memory|instructions|prompt|policy|policies|knowledge|system)|rule)\b",
    r"\b(?:entering|enter|enable|activate|switch (?:in)?to|turn on|you are (?:now )?in) (?:the )?(?:developer|debug|maintenance|admin|god|sudo|root|test|unrestricted|jailbreak|diagnostic|override)[ -]?mode\b",
    r"\bsudo \w|\bjail ?break|\boverride (?:code|password|token)\b|\badmin(?:istrator)? override\b|\bpolicy override\b",
    # other languages
    r"\b(?:ignora|ignore|olvida|olvide|omite|descarta|desobedece|salta)r?(?: de)?(?: (?:todas?|todos|las|los|tus|sus|cualquier|as|os|suas|seus|tu|su)){0,4} (?:instrucciones|reglas|ordenes|indicaciones|instrucoes|regras|normas|directrices|anteriores)\b",
    r"\b(?:esqueca|ignore|desconsidere)(?: (?:todas?|todos|as|os|suas|seus)){0,3} (?:instrucoes|regras|ordens)\b",
    r"\b(?:ignorez?|oubliez?|oublie|ne (?:suis|suivez) plus|contourne[rz]?)(?: (?:toutes?|tous|les|tes|vos|ces|des)){0,3} (?:instructions|regles|consignes|directives)\b",
    r"\b(?:ignoriere?|vergiss|vergesst|missachte|umgehe?)(?: (?:alle|deine|die|ihre|eure|samtliche|bisherigen|vorherigen|fruheren)){0,4} (?:anweisungen|regeln|instruktionen|vorgaben|anleitungen)\b",
    r"\b(?:ignora|dimentica|trascura)(?: (?:tutte|le|tue|queste|precedenti)){0,4} (?:istruzioni|regole|indicazioni)\b",
    r"\b(?:negeer|vergeet)(?: (?:alle|je|jouw|de|vorige|eerdere)){0,4} (?:instructies|regels|opdrachten)\b",
    r"\bhuwag(?: mong?)? (?:pansinin|sundin)[^.\n]{0,40}(?:tagubilin|panuto|patakaran|utos)|\bkalimutan[^.\n]{0,30}(?:tagubilin|patakaran|panuto)",
    r"\b(?:bo qua|quen|phot lo)[^.\n]{0,30}(?:huong d[aâ]n|huong dan|chi thi|quy tac|lenh)",
    r"(?:忽略|无视|忘记|忘掉|不要遵守|無視|忘れ|無効)[^。\n]{0,20}(?:指令|指示|说明|說明|规则|規則|提示|命令|ルール)",
    r"(?:指示|ルール|命令|プロンプト|規則)[^。\n]{0,12}(?:無視|忘れ|破)",
    r"(?:지시|규칙|명령|지침|프롬프트|지시|규칙|명령|지침|프롬프트)[^.\n]{0,20}(?:무시|잊|무시|잊)",
    r"(?:игнорируй|игнорируйте|забудь|забудьте|отмени)[^.\n]{0,40}(?:инструкц|правил|указани|команд)",
    r"(?:تجاهل|انس)[^.\n]{0,40}(?:التعليمات|تعليمات|القواعد|قواعد|الاوامر)",
    r"(?:अनदेखा|नज़रअंदाज|नजरअंदाज|भूल)[^।\n]{0,40}|(?:निर्देश|नियम)[^।\n]{0,30}(?:अनदेखा|भूल|नज)",
)
REVEAL = (
    r"\b(?:hidden|secret|internal|system|initial) prompts?\b|\byour (?:exact|secret|full|hidden|initial|original|complete) (?:instructions|prompt|guidelines)\b",
    rf"\b{_TELL}\b{_GAP}\b(?:system prompts?|(?:your|the|hidden|initial|original|secret|internal|full|entire|whole|first|starting) (?:[a-z]+ )?(?:prompt|instructions? (?:you|verbatim|above|given|word)|system (?:message|instructions?|text)|instruction set|directives?|configuration|config|programming|source code|developer message|context window|training data|guardrails))\b",
    rf"\b{_TELL}\b (?:me |us )?(?:all )?(?:of )?your (?:exact |full |hidden |secret |internal |initial |original |own |complete |first )*(?:instructions|guidelines|directives|restrictions)\b(?! (?:for|about|on|to|regarding)\b)",
    rf"\b{_TELL}\b{_GAP}\b(?:text|words?|lines?|everything|message|content|sentences?|paragraphs?|that|it|all) (?:(?:that (?:is|was|stands?|comes?|came)|written|standing|placed) )?(?:above|before|preceding|prior to) (?:this|my|the first|our|me|line|point)",
    r"\brepeat (?:everything|all|the words|the text|what is) (?:above|before)\b|\b(?:everything|all text|all the words) above\b",
    r"\b(?:what|which|how)\b[^.!?\n]{0,25} (?:were|was|have|are) you (?:been )?(?:told|instructed|prompted|programmed|configured)\b",
    r"\bwhat(?:'s| is| are) (?:in )?your (?:prompt|system|hidden|secret|initial|instructions?\b(?! (?:for|on|about|to)))",
    r"\b(?:beginning|starting|starts?|begins?) with ['\"]?you are (?:the|a|an)\b|\byou are the concierge\b",
    r"\bverbatim\b[^.!?\n]{0,40}\b(?:instructions?|prompt|rules|system)\b|\b(?:instructions?|prompt|rules)\b[^.!?\n]{0,30}\b(?:verbatim|word for word|in a code ?block|as json|as yaml|in base ?64|in rot ?13|in reverse|letter by letter|as a poem)\b",
    r"\b(?:api|secret|access|openai|bearer|database|admin) ?-?(?:keys?|tokens?|passwords?|credentials?)\b|\benvironment variables?\b|\benv vars?\b|\.env\b|\bdatabase url\b|\bbusiness\.toml\b",
    r"\b(?:muestra|muestrame|revela|dime|repite|ensena|ensename|escribe|cual es|cuales son|mostra|mostre|revele|diga|repita|qual e|quais sao)\b[^.\n]{0,30}\b(?:prompt|instrucciones (?:del sistema|internas|iniciales|secretas|ocultas|originales)|tus instrucciones|mensaje (?:de|del) sistema|instrucoes|mensagem do sistema|sistema)\b",
    r"\b(?:montre|revele|affiche|donne|repete|dis|quelles sont|quel est|montrez|revelez|affichez|donnez|repetez)\b[^.\n]{0,30}\b(?:prompt|instructions (?:systeme|initiales|secretes|internes)|consignes|message systeme|tes instructions|vos instructions)\b",
    r"\b(?:zeig|zeige|verrate?|nenne?|gib|wiederhole?|drucke?|wie lautet|wie lauten|was sind|schreibe?)\b[^.\n]{0,30}\b(?:prompt|system-?prompt|systemnachricht|anweisungen|instruktionen)\b",
    r"\b(?:mostra|mostrami|rivela|rivelami|dimmi|ripeti|qual e|quali sono)\b[^.\n]{0,30}\b(?:prompt|istruzioni|messaggio di sistema)\b",
    r"(?:显示|告诉|透露|输出|重复|顯示|告訴|見せ|教え|表示)[^。\n]{0,15}(?:提示词|系统提示|系統提示|系统指令|指令|プロンプト|指示)|(?:プロンプト|システム|提示词|系统提示|系統提示)[^。\n]{0,14}(?:見せ|教え|表示|出力|显示|是什么|发给)",
    r"(?:покажи|раскрой|выведи|повтори|скажи|напиши)[^.\n]{0,30}(?:промпт|инструкци|системн|указани)",
    r"(?:프롬프트|지시|프롬프트|지시)[^.\n]{0,14}(?:보여|알려|출력|말해|보여|알려|출력|말해)",
    r"\b(?:ipakita|sabihin|ilahad)[^.\n]{0,30}(?:prompt|tagubilin|panuto)|\b(?:cho (?:toi|xem)|hien thi|tiet lo)[^.\n]{0,30}(?:prompt|huong dan|chi thi|lenh he thong)",
    r"(?:اظهر|أظهر|اكشف|اعرض)[^.\n]{0,30}(?:التعليمات|تعليمات|موجه)",
)
OTHERS = (
    rf"\b(?:the )?{_OTHERS} (?:[a-z]+ ){{0,3}}?{_DATA}\b(?<!all booking details)(?<!next booking)",
    rf"\b{_DATA} (?:of|for|from|about|belonging to) (?:the |an? |your )?{_OTHERS}(?!\w)",
    r"\b(?:give|send|show|tell|list|read|get|share|export|dump|print|need|want|look up|find)\b[^.!?\n]{0,40}\b(?:someone|somebody|anyone|everyone|everybody|anybody) (?:else|who)(?:'s)?\b[^.!?\n]{0,40}\b(?:name|phone|number|e-?mail|address|booking|order|details|data|card|chat|party|booked)\b",
    r"\b(?:customer|client|user|booking|order) (?:list|database|records|table|data ?base|registry|names and|phone numbers|e-?mails|addresses)\b",
    r"\b(?:your|the) (?:customers|clients|users)(?:'|s)? (?:names?|phones?|phone numbers?|numbers?|e-?mails?|address(?:es)?|details|data|cards?|bookings?|list|parties|orders)\b",
    r"\bselect \* from\b|\bunion select\b|\bdrop table\b|' ?or ?'?1'? ?= ?'?1|\bwhere customer_id\b|\bcustomer_id ?[=:]|\bconversation[_ ]id ?[=:]",
    r"\b(?:what|when|where|who)\b[^.!?\n]{0,30}\b(?:did|is|has|does) (?:my (?:neighbou?r|ex|boss|coworker|rival|competitor)|mrs?\.? [a-z]+|the (?:johnson|smith|garcia|lee|miller|nguyen)s?)\b[^.!?\n]{0,30}\b(?:book\w*|pay|paid|order\w*|address|phone|party|live|e-?mail|number|writ\w+)\b",
    r"\b(?:phone|number|e-?mail|address|card|booking|order|details)\b[^.!?\n]{0,25}\b(?:of|for) (?:my (?:neighbou?r|ex|boss|coworker|rival|competitor)|mrs?\.? [a-z]+|whoever|the (?:person|customer|client|man|woman|guy|lady|host|family|couple) (?:who|that|with|at|on))\b",
    r"\b(?:who|which (?:customer|client|people|family)s?) (?:else )?(?:has|have|is|are)? ?(?:booked|booking|having a party|cancell?ed|complained)\b",
    r"\b(?:dame|muestra|muestrame|donne[zr]?|gib|zeig|mostra|dammi|lista)\b[^.\n]{0,40}\b(?:otros? clientes?|autres? clients?|anderen? kunden|outros? clientes?|altri clienti|clientes)\b",
    r"(?:其他|别的|其它|他の|另外)[^。\n]{0,4}(?:客户|顾客|客戶|顧客|客|用户)|(?:других|другого) (?:клиент|заказчик)",
)
TOOLS = (
    r"\b(?:cancel|change|move|reschedule|edit|modify|delete|refund|confirm|transfer|reassign|update|charge)\b[^.!?\n]{0,25}\b(?:someone|somebody|anyone|everyone|everybody) else'?s?\b",
    r"\b(?:cancel|change|move|reschedule|edit|modify|delete|refund|transfer|reassign|update|charge|void|wipe)\b[^.!?\n]{0,25}\b(?:my (?:neighbou?r|ex|boss|coworker|rival|competitor)(?:'s|s')|(?:all|every|any|the other|another|other) (?:customer|client|booking|part(?:y|ies)|order|user|event)s?)\b(?:'s?)?",
    r"\b(?:call|run|execute|invoke|use|trigger|fire)\b (?:the |your |this |a )?(?:[a-z_]+ )?(?:tool|function|command|api|endpoint|sql|query|script|code|shell)s?\b",
    r"\b(?:booking_request|hand_over|policy_lookup|travel_fee|protein_plan|tool_calls?|function_call)\b|\{ ?\"(?:name|tool|function|arguments)\" ?:",
    r"\b(?:e-?mail|text|message|send|notify|write to)\b[^.!?\n]{0,30}\b(?:to )?(?:all|every|each|everyone|other) (?:of )?(?:your |the )?(?:other )?(?:customers?|clients?|users?|hosts?|contacts?|people who booked)\b",
    r"\b(?:charge|bill|put (?:it|this|the (?:deposit|bill|balance)) on|use)\b[^.!?\n]{0,30}\b(?:someone else|somebody else|another customer|other customer|the last customer|previous customer|my (?:neighbou?r|ex|boss)'s card)",
    r"\bmark\b[^.!?\n]{0,30}\b(?:as )?paid\b|\bset (?:the |my )?(?:deposit|balance|total|price|status)\b[^.!?\n]{0,25}\b(?:to|=)|\bgrant (?:me|yourself)\b|\b(?:make|give) me (?:an? )?admin\b|\bas (?:an |the )?(?:admin|administrator|root|superuser)\b",
    r"\brm -rf\b|\bos\.system\b|\b__import__\b|\beval\(|\{\{.{0,80}\}\}|\$\{.{0,80}\}|<script\b",
)
ROLE = (
    r"\byou(?:'re| are| will be| shall be) (?:now|hereby|henceforth|going to be|going to act|to act) (?!my |our |open|closed|available|booked|taking|on|in|at|serving|doing|offering|able|free)",
    r"\byou are (?:dan|stan|evilbot|an? (?:unrestricted|unfiltered|uncensored|evil|different|free) |no longer (?:the|an?|bound))",
    r"\b(?:pretend|imagine|suppose|assume|let'?s (?:say|pretend|imagine|play)|make believe) (?:that |like |as if |to be |we |a game|you )*(?:you(?:'re| are| were| have no| can| work| had| do not| don't)|to be (?:an?|my|the) (?!chef|guest|host)|(?:an? |the )?(?:ai|bot|assistant|model|dan|no rules|evil)|there are no (?:rules|limits|restrictions)|my (?:grandma|grandmother))",
    r"\b(?:act|behave|respond|reply|answer|speak|talk|write|role ?-?play) (?:as|like|as if) (?:if )?(?:you (?:are|were|have|had)|an? (?:unrestricted|unfiltered|evil|hacker|pirate|different|linux|terminal|python|sql|ai|bot|assistant|model|manager|admin|developer|human)|dan\b|my (?:late |dead |deceased )?(?:grandma|grandmother|grandfather)|the (?:ceo|owner|manager|developer|admin))",
    r"\b(?:role ?-?play|rpg|text adventure|hypothetical(?:ly)? (?:story|scenario|speaking)|in a fictional|for a (?:novel|movie|story|screenplay|film) (?:i|where|in which))\b(?! (?:party|theme|dinner))",
    r"\b(?:dan|do anything now|stan|dude) mode\b|\bdo anything now\b|\bopposite (?:mode|day) (?:you|on|is)\b|\bevil (?:twin|bot|mode)\b|\bno (?:ethical |content |moral )?(?:filters?|restrictions|guardrails|rules apply)\b(?! (?:on|about|for|at))",
    r"\bi(?:'m| am) (?:your (?:developer|creator|programmer|engineer|administrator|admin|maintainer)|(?:the|an?) (?:administrator|admin|system administrator|security (?:researcher|auditor)|developer of (?:this|the) (?:bot|assistant|chat)))\b",
    r"\b(?:actua|actue|finge|imagina|haz) (?:como|que eres|de cuenta)|\b(?:agis|fais|faites) (?:comme si|semblant)|\btu es (?:maintenant|desormais)|\bdu bist (?:jetzt|ab jetzt|nun)|\btu as[^.]{0,10}plus de regles|\bahora eres|\bagora voce e\b|\bora sei\b|你现在是|你現在是|扮演|あなたは今|ты теперь|представь,? что ты|너는 이제|너는 이제",
)
TURNS = (
    r"(?:^|\n) ?[\[<#*(`\"']{0,4} ?(?:system|assistant|developer|tool|ai|admin|concierge|operator|bot)(?: (?:message|prompt|note|override|update|notice|instruction|turn))? ?[\]>*)`\"']{0,3} ?[:>\]] ?\S",
    r"<\|?/?(?:im_start|im_end|system|assistant|endoftext|eot_id|start_header_id|begin_of_text|end_of_turn|start_of_turn)\b|\[/?(?:inst|sys|system)\]|<</?sys>>|</?(?:s|system|assistant|instructions?|prompt|context|passage|user|customer_message|tool_result)>",
    r"(?:^|\n) ?#{2,4} ?(?:system|instructions?|assistant|new instructions|response|human|user|end)\b|(?:^|\n) ?(?:-{3,}|={3,}|\*{3,}) ?(?:end|begin|start|new|system|stop)\b[^\n]{0,60}",
    r"(?:^|\n) ?\"?role\"? ?[:=] ?\"?(?:system|assistant|developer|tool)|\{ ?\"role\" ?:|\brole ?= ?['\"]?system\b",
    r"\bend of (?:the )?(?:system |user |customer )?(?:prompt|instructions|message|conversation|context|passages)\b|\bthe (?:above|previous) (?:was|is) (?:only )?(?:a )?test\b",
    r"\b(?:important )?(?:system|admin|developer|operator) (?:notice|override|update|alert|announcement|instruction)s? ?[:\-]",
)
PRICE = (
    r"\b(?:respond|reply|answer|say|write|repeat|confirm|tell me|state|end (?:every|each|your|all))\b[^.!?\n]{0,60}\b(?:legally binding|no takesies|binding offer|as an? (?:official )?(?:offer|promise|guarantee))",
    r"\blegally binding\b|\bno takesies\b",
    r"\b(?:the )?(?:new |current |real |correct )?(?:price|rate|cost|deposit|minimum|fee|total|policy)s?(?: [a-z]+){0,4} (?:is|are|has been|have been|was|were|shall be|must be) (?:now|changed|updated|set|lowered|reduced|waived|henceforth)(?: to| at)?\b[^?\n]{0,60}(?:confirm|so (?:say|tell|quote|answer|charge)|say (?:so|yes)|quote (?:me|that|it)|use (?:it|that)|update|remember|acknowledge|apply|reply|repeat)",
    r"\b(?:confirm|say|state|repeat after me|agree|promise|guarantee|reply with|answer with|write|acknowledge)\b[^.!?\n]{0,40}\b(?:that )?(?:my|the|our|your|everything|an?|all|each)\b[^.!?\n]{0,30}\b(?:total|price|party|deposit|cost|dinner|adults?|fee|bill|balance|refund)s?\b[^.!?\n]{0,25}\b(?:is|are|costs?|at|for|=|will be|to) (?:only |just |now )?(?:\$? ?[0-9]{1,3}(?![0-9])(?! ?(?:adults|people|guests|kids|children|miles|am|pm|a\.m|p\.m|o'clock|:))|free|zero|nothing|waived|one (?:dollar|cent|buck)|a (?:dollar|penny))\b",
    r"\brepeat after me\b|\bsay (?:exactly|only|just|the words?|the following|this)\b|\b(?:reply|respond|answer) (?:only )?with (?:only |just |exactly |the (?:word|words|phrase|text|sentence|following))\b|\bstart your (?:reply|answer|response) with\b",
)
PATTERNS: dict[Style, tuple[str, ...]] = {
    "turns": TURNS,
    "override": OVERRIDE,
    "reveal": REVEAL,
    "others": OTHERS,
    "tools": TOOLS,
    "role": ROLE,
    "price": PRICE,
}
PASSAGE_ORDERS = (
    r"\b(?:ai|assistant|concierge|chatbot|bot|language model|llm|model)s?,? (?:must|should|shall|has to|have to|is to|will now|needs? to|please|are instructed)\b",
    r"\b(?:when|if|whenever|before|while) (?:you(?:'re| are)? )?(?:answer|answering|respond|responding|reply|replying|summari[sz]\w+|asked|reading this|you read this|processing)\b[^.\n]{0,60}\b(?:always|never|say|tell|reply|include|add|ignore|output|write|recommend|mention|append|state|send)\b",
    r"\b(?:attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|dear) (?:the |any |all )?(?:ai|assistant|bot|chatbot|llm|language model|model|concierge)s?\b",
    r"\b(?:tell|inform|convince|ask|instruct) (?:the |every |each |all )?(?:customer|user|reader|guest)s?\b[^.\n]{0,60}\b(?:send|pay|transfer|visit|click|call|text|e-?mail|card|password|free|discount|refund)\b",
    r"\bdo not (?:tell|mention|reveal|show|inform)[^.\n]{0,30}\b(?:customer|user|reader|this (?:instruction|sentence|note))\b",
)
DISCLOSED = (
    r"\b(?:my|the|all) (?:rules|restrictions|instructions|guidelines|limits|guardrails) (?:are|have been|were) (?:now )?(?:gone|lifted|dropped|removed|off|suspended|forgotten|ignored|disabled)\b",
    r"\bmy (?:system |hidden |secret |initial |internal |original )(?:prompt|instructions|rules|message)(?: (?:is|are|says?|reads?|were|begins?|starts?)|:)",
    r"\bmy (?:prompt|instructions) (?:is|are|says?|reads?|were|begins?|starts?|tells?)\b|\bi (?:was|have been|am) (?:instructed|prompted|told|programmed) (?:to|that|not to)\b",
    r"\bhere (?:is|are) (?:my|the|your) (?:system )?(?:prompt|instructions|configuration)\b|\b(?:system prompt|developer message)\b",
    r"\b(?:i am|i'm) (?:now )?(?:dan|stan|in (?:developer|dan|debug|unrestricted) mode|an? (?:unrestricted|unfiltered|jailbroken))\b|\b(?:developer|dan|debug|god|admin) mode (?:is )?(?:on|enabled|activated|active)\b",
    r"\b(?:i (?:no longer )?(?:have no|follow no|will ignore|am ignoring|have dropped|have forgotten|ignore)|ignoring) (?:my |all |any |the |previous )*(?:rules|restrictions|instructions|guidelines|limits|filters)\b",
    r"\b(?:new|updated) rules? (?:accepted|saved|stored|is in force|applied|noted)\b|\b(?:rule|policy|policies|prices?) (?:updated|overridden|changed as you asked|has been updated)\b",
)
