"""Installs moe_lab from the one place that names its version and requirements: settings.ini."""

from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

here = Path(__file__).parent
ini = ConfigParser(delimiters=["="])
ini.read(here / "settings.ini", encoding="utf8")
cfg = ini["DEFAULT"]

setup(
    name=cfg["lib_name"],
    version=cfg["version"],
    description=cfg["description"],
    long_description=(here / "README.md").read_text(encoding="utf8"),
    long_description_content_type="text/markdown",
    author=cfg["author"],
    license="Apache-2.0",
    python_requires=f">={cfg['min_python']}",
    packages=find_packages(include=["moe_lab", "moe_lab.*"]),
    package_data={
        "moe_lab": ["py.typed", "**/*.js", "**/*.css", "**/*.html", "**/*.json", "**/*.safetensors"]
    },
    install_requires=cfg["requirements"].split(),
    extras_require={
        extra: cfg[f"{extra}_requirements"].split()
        for extra in (
            "app",
            "augment",
            "dev",
            "bench",
            "docs",
            "lab",
            "pacmap",
            "postgresql",
            "tensorboard",
            "timm",
            "transformers",
        )
    },
    entry_points={"console_scripts": cfg["console_scripts"].split()},
)
