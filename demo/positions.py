"""The positions people hold: the seats that buying decisions are made on, and everyone else's."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Position:
    """A job title with its department, and role names within the account, if there are any."""

    title: str
    department: str
    roles: tuple[str, ...] = ()


Seat = tuple[Position, ...]
"""One seat of a committee: whoever sits on it holds one of these positions."""

SECURITY_SEATS: Final[tuple[Seat, ...]] = (
    (
        Position("Chief Information Officer", "Executive"),
        Position("Chief Security Officer", "Security"),
        Position("CIO", "Executive"),
        Position("CSO", "Security"),
    ),
    (Position("General Counsel", "Legal"), Position("Legal Counsel", "Legal")),
    (
        Position("Chief Financial Officer", "Executive"),
        Position("Chief Operating Officer", "Executive"),
        Position("Chief Executive Officer", "Executive"),
    ),
    (Position("Security Engineer", "Security"), Position("Senior Security Engineer", "Security")),
    (Position("Security Analyst", "Security"), Position("Security Operations Lead", "Security")),
)
BUG_TRACKING_SEATS: Final[tuple[Seat, ...]] = (
    (Position("VP Engineering", "Engineering"),),
    (Position("IT Director", "IT"),),
    (
        Position("Product Manager", "Product"),
        Position("Senior Product Manager", "Product"),
        Position("Software Architect", "Engineering"),
    ),
    (
        Position("Staff Software Engineer", "Engineering", ("owner",)),
        Position("QA Lead", "Engineering", ("owner",)),
    ),
    (Position("Software Engineer", "Engineering", ("user",)),),
    (Position("Senior Software Engineer", "Engineering", ("user",)),),
    (Position("QA Engineer", "Engineering", ("user",)),),
)
ANALYTICS_SEATS: Final[tuple[Seat, ...]] = (
    (Position("General Manager", "Operations"), Position("Division Director", "Operations")),
    (Position("Operations Manager", "Operations"),),
    (Position("Business Analyst", "Operations"),),
    (Position("Data Analyst", "Operations"),),
)
EVERYONE_ELSE: Final[tuple[Position, ...]] = (
    Position("Account Executive", "Sales"),
    Position("Accountant", "Finance"),
    Position("Accounts Payable Specialist", "Finance"),
    Position("Administrative Assistant", "Administration"),
    Position("Brand Manager", "Marketing"),
    Position("Content Strategist", "Marketing"),
    Position("Controller", "Finance"),
    Position("Customer Success Manager", "Support"),
    Position("Customer Support Representative", "Support"),
    Position("Demand Generation Manager", "Marketing"),
    Position("Executive Assistant", "Administration"),
    Position("Facilities Manager", "Facilities"),
    Position("Graphic Designer", "Marketing", ("designer",)),
    Position("HR Business Partner", "Human Resources"),
    Position("HR Generalist", "Human Resources"),
    Position("Inside Sales Representative", "Sales"),
    Position("Key Account Manager", "Sales"),
    Position("Logistics Coordinator", "Operations"),
    Position("Marketing Manager", "Marketing"),
    Position("Network Administrator", "IT", ("administrator",)),
    Position("Payroll Specialist", "Finance"),
    Position("Procurement Manager", "Procurement", ("approver",)),
    Position("Project Coordinator", "Operations"),
    Position("Public Relations Manager", "Marketing"),
    Position("Purchasing Agent", "Procurement"),
    Position("Quality Manager", "Operations"),
    Position("Recruiter", "Human Resources"),
    Position("Sales Manager", "Sales"),
    Position("Sales Operations Specialist", "Sales"),
    Position("Supply Chain Planner", "Operations"),
    Position("Systems Administrator", "IT", ("administrator",)),
    Position("Technical Writer", "Product"),
    Position("Training Specialist", "Human Resources"),
    Position("UX Designer", "Product", ("designer",)),
    Position("Warehouse Supervisor", "Facilities"),
)
CONSULTING: Final[tuple[Position, ...]] = (
    Position("Security Consultant", "Consulting"),
    Position("Software Consultant", "Consulting"),
    Position("QA Contractor", "Consulting"),
    Position("Software Developer", "Consulting"),
    Position("Business Analyst", "Consulting"),
)
