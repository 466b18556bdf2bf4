"""The personas every tenant begins with, after the standard list of ten with their job titles.

They are the tenant's from then on: it may change them and delete them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.attributes import attribute
from domain.personas import PersonaAttribute

STANDARD_TITLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "CXO / EVP": (
            "CEO",
            "CIO",
            "CTO",
            "CMO",
            "CFO",
            "Executive Vice President of Strategy",
        ),
        "SVP / VP": (
            "SVP of Marketing",
            "VP of Sales",
            "SVP of Operations",
            "VP of Product",
            "VP of IT",
        ),
        "Senior Director / Director": (
            "Director of Engineering",
            "Senior Director of Product",
            "Director of Finance",
            "Director of Customer Success",
        ),
        "Senior Manager / Manager": (
            "Senior Marketing Manager",
            "IT Manager",
            "Operations Manager",
            "Sales Manager",
            "HR Manager",
        ),
        "Individual Contributor": (
            "Account Executive",
            "Software Engineer",
            "Marketing Specialist",
            "Customer Success Representative",
        ),
        "Analyst": (
            "Business Analyst",
            "Data Analyst",
            "Market Research Analyst",
            "Financial Analyst",
            "Operations Analyst",
        ),
        "Developer": (
            "Front-End Developer",
            "Back-End Developer",
            "Full-Stack Developer",
            "Mobile App Developer",
            "DevOps Engineer",
        ),
        "Professional Staff": (
            "HR Specialist",
            "Legal Counsel",
            "Compliance Officer",
            "Project Manager",
            "Procurement Specialist",
        ),
        "Consultant": (
            "Management Consultant",
            "IT Consultant",
            "Business Process Consultant",
            "Marketing Consultant",
        ),
        "Other": (
            "Industry Specialist",
            "Independent Advisor",
            "Freelance Consultant",
            "Subject Matter Expert",
        ),
    }
)


def of_titles(*titles: str) -> PersonaAttribute:
    """What tells people by their job titles."""
    job_title = attribute("person.job_title")
    if job_title is None:
        raise ValueError("people have no job title")
    return PersonaAttribute(job_title, titles)
