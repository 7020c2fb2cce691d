"""The beat of the how-to page works as it is written, without a change to the program."""

import re
from pathlib import Path

from builders.configs import CALM, rss
from e2e.world import World, slack_text, world
from harness import Daemon, eventually, last_json, straitwatch
from servers.feeds import Page

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/another-beat.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```yaml\n# baltic/(\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
FEED = re.compile(r"https://([a-z]+)\.(?:err\.ee|fi)[^\"]*")

ENGLISH = "Power cable Estlink 2 between Finland and Estonia damaged, tanker Eagle S detained"
RUSSIAN = "Танкер Eagle S задержан: кабель Эстлинк-2 между Эстонией и Финляндией поврежден"
REPEATED = "Хельсингин саномат: танкер Eagle S повредил кабель Эстлинк-2, сообщили в Финляндии"


async def test_another_beat_joins_languages_and_names_origins(tmp_path: Path) -> None:
    async with world(tmp_path, stories={"encoder": "off", "update_wait": "0s"}) as servers:
        write_page(servers)
        code, out, err = await straitwatch("check", "--config", str(servers.config), cwd=tmp_path)
        assert (code, "warning" in out + err) == (0, False), out + err
        async with Daemon(servers.config):
            await servers.polled(6)
            publish(servers, "/news", ("n1", ENGLISH, "The cable failed at noon."))
            await eventually(lambda: len(servers.slack.messages) == 1)
            publish(servers, "/rus", ("r1", RUSSIAN, ""), ("r2", REPEATED, ""))
            await eventually(lambda: len(servers.slack.messages) > 1)
            await servers.polled(6)
            _, out, _ = await straitwatch(
                "stories", "list", "--json", "--config", str(servers.config), cwd=tmp_path
            )

    story = last_json(out)
    assert len(out.splitlines()) == 1, out
    assert sorted(story["outlets"]) == ["ERR News", "ERR на русском"]
    assert sorted(story["origins"]) == ["ERR", "Helsingin Sanomat"]
    assert "Estlink 2" in slack_text(servers.slack.messages[0])


def write_page(servers: World) -> None:
    """Write the files of the page, with its feeds on loopback."""
    (servers.config / "watchlists/lists.yaml").unlink()
    for name, text in FILES.items():
        file = servers.config / name
        file.parent.mkdir(exist_ok=True)
        local = FEED.sub(lambda found: servers.feeds.url(f"/{found[1]}"), text)
        file.write_text(local, encoding="utf-8")
    for path in ("/news", "/rus", "/yle"):
        publish(servers, path, CALM)


def publish(servers: World, path: str, *items: tuple[str, str, str]) -> None:
    servers.feeds.answer(path, Page(rss(*items), etag=f'"{len(items)}{items[0][0]}"'))
