"""Domains and addresses that say nothing about who somebody is."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FREE = _words(
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com"
    " yahoo.com yahoo.co.uk yahoo.co.jp yahoo.fr ymail.com aol.com icloud.com me.com mac.com"
    " proton.me protonmail.com pm.me tutanota.com tuta.io fastmail.com fastmail.fm gmx.de gmx.net"
    " gmx.com web.de t-online.de mail.com mail.ru yandex.ru yandex.com zoho.com hey.com qq.com"
    " 163.com 126.com sina.com foxmail.com aliyun.com naver.com hanmail.net daum.net rediffmail.com"
    " orange.fr free.fr laposte.net libero.it seznam.cz wp.pl o2.pl uol.com.br duck.com"
)
DISPOSABLE = _words(
    "mailinator.com guerrillamail.com guerrillamail.org sharklasers.com 10minutemail.com"
    " temp-mail.org tempmail.com yopmail.com trashmail.com getnada.com dispostable.com"
    " maildrop.cc throwawaymail.com mailnesia.com mintemail.com fakeinbox.com moakt.com"
)
VISITORS = _words(
    "alumni alumnus alumna alum alumnos alumno ehemalige former post student students stud"
    " studenti studenten etudiant etudiants etu estudiante estudiantes aluno alunos ug undergrad"
    " pupil pupils guest guests gast gaeste visitor visitors invite external extern ext affiliate"
    " affiliates associate associates retired emeriti friends family member members fan"
)
ROLES = _words(
    "abuse accounts admin administration admissions all alumni announce archive billing bot careers"
    " chair chairs contact conference communications daemon dean department dept desk dev director"
    " editor editors enquiries events everyone exchange faculty feedback finance ftp group groups"
    " head hello help helpdesk hostmaster hr info information inquiry it jobs lab lab-members legal"
    " library list lists listserv mail mailer mailer-daemon mailman marketing media members news"
    " newsletter noreply no-reply office owner personnel phd post postdocs postmaster president"
    " press privacy reception recruitment registrar registry research root sales science secretary"
    " security service staff student students subscribe support sysadmin system team test training"
    " unsubscribe uucp web webadmin webmaster webmail www"
)
# What list programs put in front of or behind the name of a list.
LIST_PARTS = _words(
    "list lists request bounces owner subscribe unsubscribe join leave announce all group team"
    " noreply info office admin"
)
