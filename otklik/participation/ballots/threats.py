"""The threat table, published with every vote: what is covered, by what, and what is not."""

from __future__ import annotations

from dataclasses import dataclass

ALL = ("open", "detached", "blind")


@dataclass(frozen=True)
class Threat:
    """One thing that may go wrong, at which levels, by what it is covered, what stays open."""

    code: str
    what_ru: str
    covered_ru: str
    open_ru: str
    what_en: str
    covered_en: str
    open_en: str
    levels: tuple[str, ...] = ALL


THREATS = (
    Threat(
        "second_vote", "Второй голос, одновременные нажатия",
        "Ограничение базы данных: один человек — одна строка списка; блокировка строки",
        "Один человек с двумя учётными записями: за это отвечает проверка личности",
        "A second vote, presses at the same instant",
        "A database constraint: one person, one line of the register; row locks",
        "One person with two accounts: that is the identity check's",
    ),
    Threat(
        "named", "Организатор видит, кто как проголосовал", "Не закрыто: голосование открытое",
        "Имя связано с бюллетенем в базе; в пакет имена не входят",
        "The organiser sees who voted how", "Not covered: the vote is open",
        "Names are linked in the database; the package has none", ("open",),
    ),
    Threat(
        "dump", "Копия базы выдаёт, кто как голосовал",
        "Связи между списком и бюллетенем нет: ни ключа, ни времени, ни порядка строк",
        "Бюллетени попадают на доску пачками по 20: видно, какая пачка раньше",
        "A copy of the database tells who voted how",
        "No link between register and ballot: no key, no time, no order of rows",
        "Ballots reach the board by twenties: which twenty came earlier is seen",
        ("detached", "blind"),
    ),
    Threat(
        "operator_watches", "Оператор сервера следит за каждым запросом",
        "Не закрыто: на этом уровне тайна держится на доверии к оператору",
        "Тот, кто управляет сервером, может записать бюллетень вместе с именем",
        "The server's operator watches every request",
        "Not covered: at this level secrecy rests on trust in the operator",
        "Whoever runs the server could write a ballot down with its name", ("detached",),
    ),
    Threat(
        "operator_blind", "Оператор с полной базой и журналами",
        "Слепая подпись: оператор не может сопоставить жетон с человеком",
        "Время и адрес, если проголосовать сразу после получения; сервер, отдающий изменённый код "
        "страницы",
        "An operator with the whole database and logs",
        "Blind signature: the operator cannot match a token with a person",
        "Time and address, if one casts at once; a server that sends altered page code",
        ("blind",),
    ),
    Threat(
        "altered", "Бюллетень изменили",
        "Отпечаток бюллетеня стоит на доске до подсчёта и в квитанции",
        "Подменённая страница или заражённое устройство",
        "A ballot was altered", "Its hash stands on the board before the count and in the receipt",
        "An altered page or an infected device",
    ),
    Threat(
        "altered_blind", "Бюллетень изменили вместе с отпечатком",
        "Бюллетень подписан ключом, который есть только у голосовавшего",
        "Подменённая страница: проверьте код на другом устройстве",
        "A ballot was altered together with its hash",
        "It is signed by a key that only the voter has",
        "An altered page: check the code on another device", ("blind",),
    ),
    Threat(
        "dropped", "Бюллетень выбросили", "Квитанция этого бюллетеня; сохранённая голова доски",
        "Если ни квитанции, ни головы доски никто не сохранил",
        "A ballot was dropped", "That ballot's receipt; a head of the board that somebody kept",
        "If nobody kept either",
    ),
    Threat(
        "rewritten", "Доску переписали целиком",
        "Квитанции и сохранённые снаружи головы доски; отпечаток условий, известный до начала",
        "Записи после последней сохранённой кем-то головы",
        "The whole board was rewritten",
        "Receipts and heads kept outside; the terms' hash published before the beginning",
        "Entries after the last head that somebody kept",
    ),
    Threat(
        "stuffed", "Вбросили лишние бюллетени",
        "Бюллетеней не больше, чем выданных; число выданных видно во время голосования",
        "Оператор может воспользоваться правом тех, кто не голосовал. Помогает только проверка: "
        "каждый может убедиться, что его строки в списке нет",
        "Ballots were stuffed",
        "No more ballots than were issued; the number issued is seen during the vote",
        "The operator could use the rights of those who did not vote. Only checking helps: anybody "
        "can see that the register has no line of theirs",
    ),
    Threat(
        "false_people", "Придуманные люди в списке",
        "Явка по территориям печатается: её сравнивают с числом жителей",
        "Сговор с тем, кто проверяет личность",
        "Invented people in the register", "Turnout by place is printed beside populations",
        "Collusion with whoever checks identities",
    ),
    Threat(
        "early_result", "Промежуточный итог влияет на голосующих",
        "До конца на доске только отпечатки, сотрудники тоже не видят итога",
        "Оператор, читающий базу данных",
        "A running result influences voters",
        "Hashes only until the end; officials see no result either",
        "An operator who reads the database",
    ),
    Threat(
        "coercion", "Покупка голосов и принуждение",
        "До конца выбор можно изменить, считается последний",
        "Не защищено: код и квитанция доказывают, как человек проголосовал",
        "Buying of votes, coercion", "The choice may be changed to the end; the last one counts",
        "Not resistant: code and receipt prove how one voted",
    ),
    Threat(
        "last_voter", "Известны голоса всех, кроме одного",
        f"Территории, где проголосовало меньше {50}, печатаются вместе",
        "Вычитание: кто знает остальные голоса, узнает и последний",
        "All votes but one are known", "Places with fewer than 50 voters are printed together",
        "Subtraction: who knows the rest knows the last one", ("detached", "blind"),
    ),
    Threat(
        "fingerprint", "Необычный бюллетень выдаёт хозяина",
        "В ранжировании не больше пяти мест",
        "Оценки многих вариантов могут быть приметны: договорившиеся узнают бюллетень",
        "An unusual ballot betrays its owner", "A ranking has at most five places",
        "Scores of many options may be telling to those who agreed on them",
        ("detached", "blind"),
    ),
    Threat(
        "paper", "Бюллетени на бумаге подменили, придумали или внесли неверно",
        "Каждый лист вносят двое, второй не видит первого; расхождение решает третий и пишет, "
        "почему. Хеш скана и все чтения в пакете, бумага показана отдельно",
        "Поддельные листы; человек, проголосовавший и на бумаге, и на сайте: кому выдан лист, "
        "записывает организатор вне системы",
        "Ballots on paper were replaced, invented or entered wrongly",
        "Two read each sheet, the second not seeing the first; a third settles and says why. The "
        "scan's hash and all readings are in the package, paper is shown apart",
        "Forged sheets; one who voted on paper and on the site: who got a sheet is written down by "
        "the organiser outside the system",
    ),
    Threat(
        "swarm", "Множество учётных записей из одного места",
        "Необычно частые запросы права из одной части сети откладываются до проверки, ничего не "
        "удаляется, числа и причины публикуются; всплески по минутам публикуются после конца",
        "Настоящие люди, которым заплатили; рой из многих мест. Организатор может отложить и "
        "честных: поэтому его решения публичны",
        "Many accounts from one place",
        "Unusually many rights asked for from one part of the network are set aside, nothing is "
        "deleted, numbers and reasons are published; bursts by the minute are published at the end",
        "Real people who were paid; a swarm from many places. Honest people may be set aside: "
        "hence such decisions are public",
    ),
    Threat(
        "texts", "Подменили пояснения, таблицу угроз или время публикации",
        "Подпись пакета, снятая ключом голосования",
        "Оператор мог подменить их до подписи: бюллетени и подсчёт от них не зависят",
        "Explanations, this table or the time of publication were replaced",
        "The package's signature by the vote's key",
        "The operator could replace them before signing: ballots and count do not depend on them",
    ),
    Threat(
        "quantum", "Квантовый компьютер в будущем", "Не закрыто",
        "RSA-подписи можно будет подделать; тайна слепой подписи от этого не страдает",
        "A quantum computer later", "Not covered",
        "RSA signatures could be forged; the blinding's secrecy does not suffer", ("blind",),
    ),
)  # fmt: skip


def of(secrecy: str) -> list[Threat]:
    """Return the threats that matter at a level."""
    return [each for each in THREATS if secrecy in each.levels]


def published(secrecy: str) -> list[dict[str, str]]:
    """Return the table as it goes into the package."""
    return [
        {"code": each.code, "what": each.what_ru, "covered": each.covered_ru, "open": each.open_ru}
        for each in of(secrecy)
    ]
