"""Every page of documentation with code: each block runs, word for word, in an empty folder and a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages import blocks

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# The quickstarts are clicked through as well: test_quickstarts.py performs them.
PAGES = ["README.md", "bindings-python/README.md", "docs/gateways.md", "docs/zh/tutorial.md",
         *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs" / "python").glob("*.md")
                 if not page.name.startswith("quickstart_"))]
# Commands of a shell that are not run, by page: they fetch packages or never end.
EXEMPT = {
    "bindings-python/README.md": ["pip install -r bindings-python/requirements-test.txt"],
    "docs/python/tutorial.md": ["pip install ./bindings-python"],
    "docs/zh/tutorial.md": ["pip install ./bindings-python"],
}
# Languages whose blocks are not Python's to run: of the README, run or held by tests in Rust, in Node and with the examples of
# Swift and Kotlin; diagrams and what is only read.
READ_ONLY = {"README.md": {"js", "rust", "swift", "kotlin", "sh"}, "docs/gateways.md": {"rust"}}
LANGUAGES = {"python", "sh", "text", "csv", "html", "ini", "yaml", "json"}


def environment(folder: Path) -> dict[str, str]:
    """What a reader has: this interpreter's programs, the package, the console script; no settings."""
    programs = folder / "bin"
    programs.mkdir()
    script = programs / "paywright"
    script.write_text(f"#!{sys.executable}\nfrom paywright._command import main\nraise SystemExit(main())\n")
    script.chmod(0o755)
    paths = [str(ROOT / "bindings-python" / "python"), str(HERE)]
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PAYWRIGHT", "STRIPE", "DJANGO"))}
    return {
        **known,
        "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        # What an installed package tells pytest by its entry point.
        "PYTEST_PLUGINS": "paywright._pytest",
    }


def run(page: str, tmp_path: Path) -> str:
    """What the page printed; its last line is what the runner says of it."""
    place = tmp_path / "reader"
    place.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", str(HERE / "pages.py"), str(ROOT / page), *READ_ONLY.get(page, ())],
        cwd=place, env=environment(tmp_path), capture_output=True, text=True, timeout=300,
    )
    assert done.returncode == 0, f"{page}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs(page: str, tmp_path: Path) -> None:
    """Protects: what a reader copies from a page works as it stands, in the order in which it stands."""
    printed = run(page, tmp_path)
    if page == "README.md":
        assert "redirect https://" in printed
        assert 'paid b\'{"code":"SUCCESS"}\'' in printed
    if page == "docs/gateways.md":
        kinds = json.loads(printed.splitlines()[-1])["gateways"]
        assert kinds == ["Mock", "Bank", "Signed", "Stripe", "WechatPay", "Alipay", "PayPal", "Parcel"]


@pytest.mark.parametrize("page", ["docs/python/tutorial.md", "docs/zh/tutorial.md"])
def test_a_tutorial_can_be_pasted(page: str, tmp_path: Path) -> None:
    """Protects: pasted into Python's own prompt, as the tutorial says, each block does what it does in a file: there, what stands
    behind an indented line needs an empty one before it."""
    pasted = [block.text + "\n" for block in blocks((ROOT / page).read_text(encoding="utf-8")) if block.language == "python"]
    prompt = [sys.executable, "-i", "-W", "error"]
    told = subprocess.run(
        prompt, cwd=tmp_path, env=environment(tmp_path), input="".join(pasted), capture_output=True, text=True, timeout=120
    )
    assert "Error" not in told.stderr, told.stderr


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_left_out_silently(page: str) -> None:
    """Protects: a block that no test runs from standing on a page without being on the list here."""
    exempt = []
    for block in blocks((ROOT / page).read_text(encoding="utf-8")):
        if block.language in READ_ONLY.get(page, set()):
            continue
        assert block.language in LANGUAGES, f"{page}:{block.line}"
        written = block.option("file") or block.option("append")
        if block.language not in ("python", "sh"):
            assert written or "output" in block.words, f"{page}:{block.line}: {block.language} that nothing looks at"
        if "exempt" in block.words:
            exempt.append(block.text.strip().splitlines()[0])
    assert exempt == EXEMPT.get(page, [])


@pytest.mark.parametrize("page", [
    *PAGES, "docs/README.md", "docs/errors.md", "docs/zh/errors.md", "docs/reference.md",
    "docs/python/quickstart_django.md", "docs/python/quickstart_fastapi.md",
])
def test_links_lead_somewhere(page: str) -> None:
    """Protects: a link to a file that is not there."""
    text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
