"""The Praktijkspiegel worked out by hand: the rules once more, in the plainest Python there is.

It exists to disagree. Every rule is written here a second time, from the texts and not from the
product, with lists, dicts, whole numbers and fractions; where product and twin differ, one of them
misread a text. Auditors can read it as the rule book: each function quotes the rule it follows.

Sources named in the docstrings: "delivery format" (design/delivery_format.md), "rules"
(design/rules.md), "statistics" (background/behandelindex_and_statistics.md), "000" and "001" (the
seeds of that number), "conf" (the conf/ folder). "Reading" marks a choice where they are silent.
"""
