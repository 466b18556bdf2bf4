"""Names and places to invent people from, by country."""

from collections.abc import Mapping, Sequence
from typing import Final

_FIRST: Final = """
    Aaron Abigail Adam Adriana Aisha Alan Alejandro Alice Allison Amanda Amir Amy Ana Andre Andrea
    Angela Anita Anthony Antonio April Arjun Ashley Audrey Barbara Beatriz Benjamin Beth Brandon
    Brenda Brian Bridget Caleb Camila Carla Carlos Caroline Catherine Charles Charlotte Chloe
    Christina Claire Colin Connor Craig Curtis Cynthia Dana Daniel Daniela Darren David Deborah
    Denise Derek Diana Diego Dominic Donna Douglas Dylan Edward Elaine Elena Eli Elise Emily Emma
    Eric Erin Ethan Eva Evan Faith Fatima Felicia Fiona Frances Gabriel Gabriela Gary Gavin George
    Gloria Grace Graham Grant Greta Hannah Harold Heather Helen Henry Holly Hugo Ian Imani Irene
    Isaac Isabel Ivan Jacob Jade James Janet Jasmine Jason Jean Jeffrey Jenna Jeremy Jill Joan
    Joanna Joel Jordan Joseph Joshua Joyce Juan Judith Julia Julian Karen Karim Kate Keith Kelly
    Kenneth Kevin Kimberly Kyle Laura Lauren Leah Leo Leon Leslie Lillian Linda Lisa Logan Louis
    Lucas Lucia Luis Lydia Madison Malik Marcus Margaret Maria Marion Mark Martha Martin Mary
    Mason Matthew Maya Megan Melissa Michael Michelle Miguel Miriam Molly Monica Nadia Naomi
    Natalie Nathan Nicholas Nicole Nina Noah Nora Oliver Olivia Omar Oscar Owen Paige Pamela
    Patrick Paul Paula Peter Philip Priya Rachel Rafael Rajesh Raymond Rebecca Renee Ricardo
    Richard Rita Robert Robin Rosa Ruth Ryan Samantha Samuel Sandra Sanjay Sara Sean Sharon Sheila
    Simon Sofia Sonia Sophie Stella Stephen Steven Susan Sylvia Tamara Tara Teresa Theresa Thomas
    Tiffany Timothy Tina Tracy Trevor Tyler Valerie Vanessa Veronica Victor Victoria Vincent Vivian
    Walter Wendy William Xavier Yolanda Yusuf Zachary Zoe
"""
_LAST: Final = """
    Abbott Acosta Adams Aguilar Ahmed Alvarez Anderson Andrews Arnold Atkins Bailey Baker Ballard
    Banks Barker Barnes Barrett Bauer Becker Bennett Berg Bishop Black Blake Boyd Bradley Brady
    Brooks Bryant Burke Burns Butler Byrne Cabrera Cameron Campbell Carlson Carpenter Carroll
    Carter Castillo Chandler Chang Chapman Chavez Chen Clark Cohen Coleman Collins Conway Cooper
    Cortez Craig Cruz Cunningham Dalton Daniels Davidson Davis Delgado Desai Diaz Dixon Donovan
    Doyle Drake Duncan Dunn Edwards Elliott Ellis Espinoza Evans Farrell Ferguson Fernandez Fields
    Fisher Fitzgerald Fleming Fletcher Flores Flynn Ford Foster Fowler Fox Francis Franklin Freeman
    Fuller Garcia Gardner Garrett Gibson Gill Gomez Gonzalez Goodman Gordon Graves Gray Green
    Griffin Gupta Guzman Hale Hamilton Hansen Harmon Harper Harris Hart Hayes Henderson Hernandez
    Hicks Higgins Hoffman Holland Holmes Hopkins Horton Howard Hudson Hughes Hunt Hunter Ingram
    Jackson Jacobs Jenkins Jensen Jimenez Johnson Jordan Joseph Kaur Keller Kelley Kennedy Khan Kim
    Klein Knight Kumar Lambert Lang Larson Lawrence Leonard Lewis Lindsey Logan Lopez Lowe Lucas
    Lynch Maldonado Mann Marshall Martinez Mason Maxwell McCarthy McCoy McDonald McKinney Medina
    Mehta Mendoza Meyer Miles Miller Mills Mitchell Monroe Montoya Moody Moore Morales Moran Moreno
    Morgan Morris Morrison Moss Mullins Murphy Murray Myers Navarro Nelson Newton Nguyen Nichols
    Norris Nunez Olsen Ortega Osborne Owens Page Palmer Park Parker Patel Patterson Payne Pearson
    Perez Perry Peters Phillips Pierce Porter Powell Quinn Ramirez Ramsey Reese Reeves Reid Reyes
    Reynolds Rhodes Richards Riley Rios Rivera Robbins Roberts Rodgers Romero Rowe Ruiz Russell
    Ryan Salazar Sanchez Sanders Santos Schmidt Schneider Schultz Scott Shah Shaw Sherman Simmons
    Singh Snyder Soto Spencer Stanley Stephens Stewart Stone Strickland Sullivan Sutton Swanson
    Tanner Terry Thornton Torres Townsend Tucker Tyler Underwood Valdez Vargas Vasquez Vaughn Vega
    Wade Walker Wallace Walsh Walters Ward Warner Warren Watkins Watson Weaver Webb Weber Weiss
    Welch Wells West Wheeler Willis Wilson Wolf Wong Wood Wright Wu Yang Yates York Young Zamora
    Zhang Zimmerman
"""
_US_CITIES: Final = """
    Atlanta/GA Austin/TX Boston/MA Boulder/CO Charlotte/NC Chicago/IL Columbus/OH Dallas/TX
    Denver/CO Detroit/MI Houston/TX Madison/WI Memphis/TN Miami/FL Nashville/TN Oakland/CA
    Phoenix/AZ Pittsburgh/PA Portland/OR Raleigh/NC Seattle/WA Tampa/FL
"""

ANYWHERE_FIRST: Final = tuple(_FIRST.split())
ANYWHERE_LAST: Final = tuple(_LAST.split())

LOCAL_NAMES: Final[Mapping[str, tuple[Sequence[str], Sequence[str]]]] = {
    country: (first.split(), last.split())
    for country, first, last in (
        (
            "Belgium",
            "Amélie Bart Elke Jonas Lotte Luc Noor Thibault",
            "Claes Declercq Dubois Lambrechts Maes Mertens Peeters Wouters",
        ),
        (
            "Brazil",
            "Bruno Caio Fernanda Juliana Larissa Renata Thiago Vitor",
            "Barbosa Carvalho Costa Lima Moreira Pereira Ribeiro Teixeira",
        ),
        ("China", "Hui Jing Lei Min Wei Xin Yan Yu", "Gao Huang Liu Sun Wang Xu Zhao Zhou"),
        (
            "Germany",
            "Anke Björn Heike Jürgen Katrin Lukas Sabine Uwe",
            "Böhm Fischer Krüger Lehmann Müller Seidel Vogel Winkler",
        ),
        (
            "Italy",
            "Chiara Davide Giulia Lorenzo Marco Paola Silvia Stefano",
            "Bianchi Conti Ferrari Galli Moretti Ricci Rossi Villa",
        ),
        (
            "Japan",
            "Aiko Akira Daichi Emi Haruka Hiroshi Kaori Kenji Mai Naoki Ren Satoshi Yui Yumi",
            "Aoki Endo Fujita Hayashi Ito Kimura Kobayashi Mori Nakamura Ogawa Sato Tanaka Ueda"
            " Yamada",
        ),
        (
            "Jordan",
            "Amal Dina Faris Hana Khaled Layla Mazen Nour Rania Salma Tariq Zaid",
            "Abbadi Bitar Farah Haddad Khoury Masri Nasser Odeh Qasem Shami Tarawneh Zoubi",
        ),
        (
            "Kenya",
            "Achieng Brian Faith Grace Kamau Njeri Otieno Wambui",
            "Kariuki Kimani Maina Mutua Mwangi Odhiambo Omondi Wanjiku",
        ),
        (
            "Korea",
            "Dahye Eunji Hyun Jaehyun Jihoon Jiwon Minji Minseo Seojun Sora Sungmin Taeyang Yejin"
            " Yuna",
            "Bae Cho Choi Han Jang Jung Kang Kwon Lee Lim Oh Seo Shin Yoon",
        ),
        (
            "Norway",
            "Anders Eirik Hedda Ingrid Kari Sindre Solveig Øystein",
            "Bakke Berge Dahl Haugen Lie Moen Solberg Strand",
        ),
        (
            "Panama",
            "Abdiel Ariel Edgardo Iliana Itzel Maribel Melva Omaira Rigoberto Rolando Yariela Yira",
            "Arosemena Batista Castro Cedeño Herrera León Pinzón Quintero Ríos Sáenz Tejada"
            " Vergara",
        ),
        (
            "Philippines",
            "Angelo Jomar Kristine Liza Marisol Paolo Rey Rowena",
            "Aquino Bautista Dizon Magsaysay Ocampo Reyes Salonga Santos",
        ),
        (
            "Poland",
            "Agnieszka Kamil Łukasz Marta Monika Paweł Tomasz Zofia",
            "Baran Dudek Kowalska Lis Mazur Nowak Pawlak Wójcik",
        ),
        (
            "Romania",
            "Andrei Bogdan Daria Ioana Mihai Roxana Sorin Teodora",
            "Dinu Ionescu Marin Neagu Popescu Stan Tudor Țurcanu",
        ),
    )
}

US_CITIES: Final = tuple(tuple(place.split("/")) for place in _US_CITIES.split())
CITIES: Final[Mapping[str, str]] = {
    "Belgium": "Gent",
    "Brazil": "São Paulo",
    "China": "Shanghai",
    "Germany": "Köln",
    "Italy": "Milano",
    "Japan": "Osaka",
    "Jordan": "Amman",
    "Kenya": "Nairobi",
    "Korea": "Seoul",
    "Norway": "Bergen",
    "Panama": "Colón",
    "Philippines": "Cebu",
    "Poland": "Kraków",
    "Romania": "Cluj",
}
