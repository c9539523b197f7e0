"""What pyproject.toml cannot say: resources/ is shipped inside the package, beside its rooms."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["legaldesk", "legaldesk.*"]), "legaldesk.resources"],
    package_dir={"legaldesk.resources": "resources"},
    package_data={"legaldesk.resources": ["**/*"]},
)
