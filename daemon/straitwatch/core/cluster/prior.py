"""The mean sentence vector of general headlines, by model, for lists without a mean of their own.

It is the mean of the headlines of the demonstration stream that no list matches, with the same
weight for each of four languages. Three other sources of headlines led to the same stories.
"""

from base64 import b85decode
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_STEPS: Final = 100_000  # of one unit
_MULTILINGUAL_E5_SMALL: Final = (
    b"EDwG9-1PSBHXfAuUIqjR{2KHHN)?3w%oB6=4e6B*?-N?{&hCHfPYXf+%<qH}8yDgkYw3{;j|_9?rs`_zpAr4;(-%"
    b"+=9qaz=4iv-d8SP92X${RGaug02U+`lL&gqu(AME@U(giIIUI#etEbc+%kK=Y0vm4I=zy$XWNgvq}NfM+ILG2Lx<"
    b"n(h9kp0E<CIWd2W)Kec$_vl$yy%7Qe(?wk#qZD-HWZ=fdmR?}j}FWio$vtgZ|14%{qSoJE*li_=@*^ucnrJZF!Em"
    b"xFBkUc*cJNf(en`x7Zel_8Q@dyGXnMNrV=Rb#}O>=r0YuY3hW>7AP^A=EeI0*3KJ;|RsvfKjuQGD4eiPPeDvM&JM"
    b"fhde)JCy-V%=!gBShoDjEp!*$>3*3lxzE-V)pGRqlQ4+YjCp@a^yKNaF$dkLC;PClk#WjOh3C6!mZj`R!Z>5d6Or"
    b"<nsXupdC37cl8|i?d4$XDe0*2Md_9aR1CoQ0RY(#((nD}?(O{)+3VR7p%Z)yTL8H3^bm9mco3Eaf8z)hb?~_pCKC"
    b"<gQs@vC?C%Qv;Qo;j-|UhQ_!5`<-3$8OTJwn!4iS{`uIw2QAoQd6-|R!-(Cj_tdjHi8>kB95*YJt#i4Z&H;}l2q!"
    b"}Zb$Mf>#<91FGW*zWq@R`BNth8U0+An&sZjSzAE1tE_SkQJf~Eb&$KDdwd0U*ts+vlH0z#qo*uAPJQu0r9=`85T_"
    b"j))H|J^A!2{*7F4v-R>6keeu-t6cWDdA{7G&Q~f6#%j(ApU-2FA<qtgw@!`r03<MYpeF@qQ-WNU+DeK<vpAW_sfd"
    b"V4}FY&GE8S4}4^Y|_9s1vCRmh}7Y5)-imWekVwqU((gkL5h@rSt_AeC}K15DIP=^7E(_YWH&JVGM2d>+`=7g9!@T"
    b";|H@3MfltYL-0)Q5D_*KSL!SDFb%p45Em^D-1$rWFcYZf6&S7&bMLJO=K6u>xA8O;f9&SxbP{eIiwlqv"
)
_MEANS: Final = {"multilingual-e5-small": _MULTILINGUAL_E5_SMALL}


@cache
def shipped_mean(model: str, size: int) -> NDArray[np.float64]:
    """Return the mean of general headlines by a model; zeros for an unknown model."""
    packed = next((text for name, text in _MEANS.items() if model.startswith(name)), b"")
    mean = np.frombuffer(b85decode(packed), "<i2") / _STEPS
    return mean if len(mean) == size else np.zeros(size)
