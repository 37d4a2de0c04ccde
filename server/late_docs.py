"""Addresses whose OpenAPI description is worked out when it is first asked for: a tenth of the start."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask_openapi import APIBlueprint, OpenAPI
from flask_openapi.types import ParametersTuple
from flask_openapi.utils import parse_parameters

__all__ = ["LateBlueprint", "LateOpenAPI"]


class LateBlueprint(APIBlueprint):
    """A blueprint that describes its addresses when told to."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  whatever it takes
        super().__init__(*arguments, **options)
        self._later: list[Callable[[], object]] = []

    def _collect_openapi_info(self, rule: str, func: Any, **about: Any) -> ParametersTuple:  # noqa: ANN401
        """What a handler takes; what is told of it, later. Decorators of addresses ask for both here."""
        self._later.append(partial(super()._collect_openapi_info, rule, func, **about))
        return parse_parameters(func, doc_ui=False)

    def describe(self) -> None:
        """Describe every address, once, in the order they were written."""
        later, self._later = self._later, []
        for one in later:
            one()


class LateOpenAPI(OpenAPI):
    """A service that asks its blueprints for descriptions when the document is."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  whatever it takes
        super().__init__(*arguments, **options)
        self._described: list[LateBlueprint] = []

    def register_late(self, api: LateBlueprint) -> None:
        """Register a blueprint."""
        self.register_api(api)
        self._described.append(api)

    @property
    def api_doc(self) -> dict[str, Any]:
        """The OpenAPI document."""
        for api in self._described if not self.spec_json else ():
            api.describe()
            for tag in api.tags:
                if tag.name not in self.tag_names:
                    self.tags.append(tag)
                    self.tag_names.append(tag.name)
            self.paths.update(**api.paths)
            self.components_schemas.update(**api.components_schemas)
        return super().api_doc
