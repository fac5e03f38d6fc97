"""Which words of a message tell what it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otklik.ground.kit.text import normalise, stem

if TYPE_CHECKING:
    from collections.abc import Mapping

# Words of any letter, whatever it is about. STOP says nothing at all; COMMON says little: how
# people greet, plead, threaten, thank, and tell of their patience and their families.
STOP_WORDS = """
а бы был была были было быть в вам вас ваш весь во вот вроде все всего всем всех всё вы где да
даже для до его ее ей ему если есть еще же за здесь и из или им ими их к как какая какие какой кем
ко когда кого которая которого которой которые который кто куда ли лишь между меня мне много может
можно мой мы на над надо наконец нам нами нас наш наша наше наши него нее ней некоторые нем них но
ну о об один одна одно около он она они оно опять от очень перед по под пока после потом потому
почему почти при про просто раз разве с сам сама самый свой свои себя сейчас со совсем так такая
также такие такой там тебя тем то тогда того тоже только том тот тут ты у уже хоть чего чей чем
что чтоб чтобы эта эти этим этих это этого этой этом этот эту я здравствуйте здравствуй добрый
доброе день утро вечер привет уважаемый уважаемая уважаемые прошу просим просьба пожалуйста
спасибо заранее меры наконец-то почему-то рядом напротив возле вблизи сегодня вчера завтра неделя
месяц год года лет час часа часов минут сутки раза январь февраль март апрель май июнь июль август
сентябрь октябрь ноябрь декабрь понедельник вторник среда четверг пятница суббота воскресенье
первый второй третий четвертый пятый два две три четыре пять десять никто никаких никакой никак
ничего нигде снова вновь давно долго скоро каждый любой другой ул д корп кв г пос п дер обл пр пер
мкр a an and are as at be been but by can do for from has have here i in is it its me my of on or
our please so that the their there they this to was we were what when where which who why will
with you your dear hello thank thanks
"""
COMMON_WORDS = """
решить решите разобраться разберитесь примите принять вопрос проблема ситуация обращение обращаюсь
обращаемся обратиться обращались сообщаю сообщить пишу писать писали написать жалоба жалуюсь
заявление хочу хотим хотелось требую требуем сколько доколе невозможно нельзя возмущены ужас
кошмар безобразие издевательство терпеть надоело устали нужно необходимо должны обязаны скажите
подскажите помогите помочь ответьте жители жильцы граждане гражданин люди человек семья ребенок
дети мама бабушка пенсионер живу живем проживаю проживаем нахожусь находится расположен адрес
улица дом корпус квартира город поселок село деревня район округ область проспект переулок
микрорайон вологда вологодская утром вечером ночью днем постоянно срочно администрация мэрия глава
губернатор президент власти чиновники депутат уважение благодарность благодарен благодарю
надеяться надежда ожидать ждать жду ждем рассмотреть рассмотрите рассмотрение принятие содействие
содействовать оказать посодействовать проверить проверьте проверка провести выявить устранить
устраните навести порядок ответ отвечать отписка отписки игнорировать игнорируют бездействие
бездействовать бездействуют реакция реагировать реагируют обещать обещали обещают обещание
неоднократно многократно повторно повторное очередной телефон звонить звонили звоню позвонить
дозвониться трубку диспетчер заявка заявку заявки оставить оставляли приехать приезжать приехали
результат безрезультатно толку ноль сделать сделайте сделали сделано делать делают делается
исправить исправьте починить почините отремонтировать восстановить убедительно настоятельно
срочный скорее ближайший время длительный продолжительный период текущий данный указанный
следующий являться является связь образ касаться сторона случай факт причина цель основание
соответствие согласно закон законодательство федеральный статья пункт конституция право права
нарушение нарушать нарушают ответственность привлечь виновный виновные должностной лицо лица орган
органы ведомство служба инстанция прокуратура жалобу президенту губернатору мэру депутату главе
чиновник боимся страшно опасно бояться страдать страдаем мучиться мучаемся переживать беспокоить
нервы здоровье маленький ребенком детьми ребятишки внук внуки пожилой пожилые старики инвалид
инвалиды многодетный мать муж жена родители бабушки дедушка соседи сосед соседка хозяйка знакомые
вынужден вынуждены приходиться приходится получается выходит оказаться оказывается видеть видно
видим смотреть посмотрите глядеть показать фото фотография прилагаю прикладываю приложить видео
знать знаем понимать понять понятно думать считать говорить говорят сказать сказали объяснить
ссылаться начало конец начаться закончиться продолжаться прошлый прошлой летом зимой осенью весной
лето зима осень весна сезон выходной праздник ежедневно ночь полдень сильно слишком крайне
абсолютно полностью практически фактически реально действительно хотя место территория местность
край центр поселение частный сектор адресу собственник владелец население общественность народ
инициативный группа коллектив большой огромный новый старый хороший нормальный нормально плохой
ужасный отвратительный деньги платим плачу плата бюджет налоги средства областной районный
сельский муниципальный
"""
STOP = frozenset(stem(normalise(word)) for word in STOP_WORDS.split())
COMMON = frozenset(stem(normalise(word)) for word in COMMON_WORDS.split()) - STOP
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\d+")
_SENTENCE = re.compile(r"(?<=[.!?;…])\s+|\n+")
NEGATIONS = frozenset({"не", "нет", "без", "ни"})
GIST = 200


def telling(text: str) -> list[tuple[str, str]]:
    """Return (stem, the word as it stands) of the words that carry meaning, in order.

    «не», «нет» and «без» are kept: half of all messages are about what is not there.
    """
    found = []
    for match in _TOKEN.finditer(text):
        for word in match.group().split("-"):
            plain = normalise(word)
            root = stem(plain)
            if plain in NEGATIONS:
                found.append((plain, word))
            elif len(plain) > 1 and not plain.isdigit() and root not in STOP:
                found.append((root, word))
    return found


def sentences(text: str) -> list[str]:
    """Split a text where its writer paused."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def gist(text: str, weights: Mapping[str, float], limit: int = GIST) -> str:
    """Return the sentences that tell most, in their order, in about `limit` characters.

    `weights` says how telling each stem is. Long letters open with greetings and close with
    thanks, and both reading time and likeness to a short phrase suffer from them.
    """
    text = " ".join(text.split()) if len(text) <= limit else text
    if len(text) <= limit:
        return text
    parts = sentences(text)
    worth = [_worth(part, weights) for part in parts]
    chosen: list[int] = []
    room = limit
    for place in sorted(range(len(parts)), key=lambda place: (-worth[place], place)):
        if not chosen or (worth[place] > 0 and len(parts[place]) <= room):
            chosen.append(place)
            room -= len(parts[place]) + 1
    return _cut(" ".join(parts[place] for place in sorted(chosen)), weights, limit)


def _worth(sentence: str, weights: Mapping[str, float]) -> float:
    roots = {root for root, _ in telling(sentence)}
    total = sum(weights.get(root, 0.0) for root in roots)
    return float(total / (8 + len(sentence.split())) ** 0.5)


def _cut(text: str, weights: Mapping[str, float], limit: int) -> str:
    """Cut a long sentence to the window of `limit` characters that tells most."""
    if len(text) <= limit:
        return text
    words = text.split()
    best, best_worth = text[:limit], -1.0
    for start in range(0, len(words), 4):
        window = ""
        for word in words[start:]:
            if len(window) + len(word) >= limit:
                break
            window += word + " "
        worth = _worth(window, weights)
        if worth > best_worth:
            best, best_worth = window.strip(), worth
    return best
