"""The table of jobs."""

from datetime import timedelta
from pathlib import Path

import pytest
from kit.wheel import CHECKOUT

from certtrack.errors import NotFound
from certtrack.language import LOCALES, say_by
from certtrack.settings import Settings, load_settings
from jobs.catalogue import Job, get_job, list_jobs

NOT_JOBS = {"__main__", "__init__", "catalogue", "cli", "looking_back", "running", "scheduler", "workplace"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(env="test", instance=tmp_path)


def test_every_module_of_a_job_is_in_the_table_once(settings: Settings) -> None:
    modules = {path.stem for path in (CHECKOUT / "jobs").glob("*.py")} - NOT_JOBS
    names = [job.name for job in list_jobs(settings)]
    assert sorted(names) == sorted(modules)
    assert all(callable(job.load()) for job in list_jobs(settings))


def test_every_job_has_words_of_its_own_on_the_page_in_both_languages(settings: Settings) -> None:
    for job in list_jobs(settings):
        words = {say_by("jobs/words.jinja", locale, "job_name", job.name) for locale in LOCALES}
        assert len(words - {job.name}) == 2, job.name


def test_the_scheduler_says_that_it_is_alive_several_times_within_the_limit(tmp_path: Path) -> None:
    settings = load_settings(env="test", instance=tmp_path, heartbeat_limit_s=60)
    assert get_job(settings, "heartbeat").every == timedelta(seconds=10)


def test_a_job_that_there_is_none_of_is_answered_by_those_that_there_are(settings: Settings) -> None:
    with pytest.raises(NotFound) as caught:
        get_job(settings, "plan_remainders")
    assert all(job.name in str(caught.value) for job in list_jobs(settings))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(86400, "day"), (60, "minute"), (900, "15 minutes"), (5, "5 seconds"), (0.5, "0.5 seconds"), (7200, "2 hours")],
)
def test_how_often_a_job_runs_is_said_in_words(seconds: float, words: str) -> None:
    assert Job("x", timedelta(seconds=seconds), "").interval == words
