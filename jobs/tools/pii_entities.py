"""Entity names that others use, and ours: so that a truth file can be scored as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jobs.tools.command import UsageError

# Truth spans of this are left out, and so are predictions of it.
IGNORED = "-"
# Ours -> what it is called elsewhere: Presidio and its data generators, CoNLL, OntoNotes, CLUENER, MSRA, Resume NER,
# the i2b2 and AI4Privacy sets, Google's and Amazon's services, task-oriented dialogue sets. Compared without case and
# signs.
_ALIASES = {
    "PERSON": "PER PERS NAME FULL_NAME FULLNAME PERSON_NAME NR PATIENT DOCTOR USERNAME_REAL CUSTOMER_NAME CONTACT_NAME",
    "PHONE_NUMBER": "PHONE MOBILE TEL TELEPHONE TELEPHONE_NUMBER PHONENUMBER PHONE_NO PHONE_NUM LANDLINE MOBILE_PHONE "
    "MOBILE_NUMBER CELL FAX CN_PHONE CN_MOBILE CN_LANDLINE",
    "EMAIL_ADDRESS": "EMAIL E_MAIL MAIL",
    "ADDRESS": "ADDR LOCATION_ADDRESS HOME_ADDRESS FULL_ADDRESS CN_ADDRESS LOCATION_STREET ZIP_CODE ZIPCODE ZIP "
    "POSTCODE "
    "POSTAL_CODE",
    "LOCATION": "LOC GPE CITY STATE COUNTRY PLACE NS COUNTY FAC",
    "ORGANIZATION": "ORG ORGANISATION COMPANY COMPANY_NAME NT",
    "CREDIT_CARD": "BANK_CARD CARD CREDIT_CARD_NUMBER CREDITCARD CREDITCARDNUMBER DEBIT_CARD CARD_NUMBER "
    "BANK_CARD_NUMBER",
    "CN_ID_CARD": "ID_CARD IDCARD RESIDENT_ID ID_NUMBER CHINA_ID CN_ID CN_RESIDENT_ID",
    "CN_USCC": "USCC UNIFIED_SOCIAL_CREDIT_CODE SOCIAL_CREDIT_CODE",
    "CN_PERMIT": "PERMIT HK_MACAU_PERMIT",
    "CN_LICENSE_PLATE": "LICENSE_PLATE PLATE LICENCE_PLATE CAR_PLATE PLATE_NUMBER VEHICLEVRM",
    "PASSPORT": "PASSPORT_NUMBER CN_PASSPORT US_PASSPORT UK_PASSPORT PASSPORTNUM",
    "WECHAT_ID": "WECHAT WEIXIN WX",
    "QQ_ID": "QQ QQ_NUMBER",
    "ALIPAY_ID": "ALIPAY",
    "US_SSN": "SSN SOCIAL_SECURITY_NUMBER SOCIALNUM",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE DRIVERS_LICENSE DRIVER_LICENCE DRIVERLICENSENUM",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP IPV4 IPV6",
    "MAC_ADDRESS": "MAC",
    "DOMAIN_NAME": "DOMAIN URL_OR_DOMAIN WEBSITE",
    "DATE_OF_BIRTH": "DOB BIRTHDAY BIRTHDATE BIRTH_DATE DATEOFBIRTH",
    "ORDER_NUMBER": "ORDER ORDER_NO ORDER_ID",
    "PARCEL_NUMBER": "PARCEL TRACKING_NUMBER EXPRESS_NUMBER WAYBILL",
    "MEMBER_NUMBER": "MEMBER MEMBER_ID",
}
# Parts that stand side by side and are one span of ours.
_PARTS = {
    "PERSON": "FIRST_NAME LAST_NAME GIVEN_NAME SURNAME FAMILY_NAME MIDDLE_NAME FIRSTNAME LASTNAME GIVENNAME MIDDLENAME "
    "NAME_GIVEN NAME_FAMILY",
    "ADDRESS": "STREET_ADDRESS STREET STREET_NAME BUILDING_NUMBER BUILDING BUILDINGNUM SECONDARY_ADDRESS",
}


def _key(name: str) -> str:
    """A name without case, signs and the prefixes of IOB tags."""
    return re.sub(r"[\W_]+", "", re.sub(r"^[BIES]-", "", name)).upper()


_KNOWN = {_key(theirs): ours for ours, names in _ALIASES.items() for theirs in (ours, *names.split())}
_KNOWN_PARTS = {_key(theirs): ours for ours, names in _PARTS.items() for theirs in names.split()}


class EntityMap:
    """From names in a file to ours.

    Args:
        given: the user's own, before the built-in ones; ``-`` leaves an entity out.
        ours: the entities that exist here; a name that is one of them means that one.
    """

    def __init__(self, given: Mapping[str, str], ours: Iterable[str]) -> None:
        self._given = {_key(theirs): name for theirs, name in given.items()}
        self._ours = {_key(name): name for name in ours}

    def entity(self, name: str) -> str:
        """Our name for ``name``; itself in capitals where there is none, ``IGNORED`` where it is left out."""
        key = _key(name)
        for known in (self._given, self._ours, _KNOWN_PARTS, _KNOWN):
            if key in known:
                return known[key]
        return name.upper()

    def is_part(self, name: str) -> bool:
        """Whether neighbours of this name are one span: first name and last name, house number and street."""
        return _key(name) in _KNOWN_PARTS and _key(name) not in self._given


def read_map(pairs: Iterable[str]) -> dict[str, str]:
    """``TRUTH=OURS`` pairs of the command line; ``TRUTH=-`` leaves an entity out.

    Raises:
        UsageError: a pair is no pair.
    """
    given = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs or not ours:
            raise UsageError(f"--map: expected TRUTH=OURS such as STREET=ADDRESS, or TRUTH=-, came {pair!r}")
        given[theirs] = ours
    return given
