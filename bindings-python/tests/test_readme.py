"""The README's Python runs, word for word."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


# Protects: what a newcomer copies first works as it stands.
def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 1
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks[0], "README.md", "exec"), {})
    assert "redirect https://" in (printed := capsys.readouterr().out)
    assert 'paid b\'{"code":"SUCCESS"}\'' in printed
