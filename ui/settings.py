"""The settings, read once from the environment and `.env`."""

from typing import TYPE_CHECKING, cast

from ingest.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.settings import AssistantSettings


def read_settings(model: str | None = None) -> "AssistantSettings":
    """The settings, with `model` in place of the one that they name. Raises `UserError` where one is wrong.

    What else `.env` holds goes to the environment of this process, where that does not have it.
    """
    from dotenv import load_dotenv
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from assistant.settings import AssistantSettings

    env_file = cast("Path", AssistantSettings.model_config["env_file"])
    try:
        settings = AssistantSettings()
        load_dotenv(env_file)  # into the environment, where other providers' packages look for their keys
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise UserError(
            f"The setting {name} is wrong: {first['msg']}. Mend it in .env or the environment."
        ) from None
    except SettingsError as error:
        raise UserError(f"A setting is no JSON: {error}. Mend it in .env or the environment.") from None
    except UnicodeDecodeError:
        raise UserError("The file .env is not UTF-8. Save it as UTF-8.") from None
    except RuntimeError:
        raise UserError("A path in the settings begins with ~, but whose home is that? Write it out.") from None
    except OSError as error:
        raise UserError(f"The file .env cannot be read: {error.strerror}. Mend its permissions.") from None
    return settings.model_copy(update={"model": model or settings.model})
