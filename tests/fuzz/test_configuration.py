"""What schemathesis is told to overlook is what is named here, and nothing else.

It takes several criteria of one entry each for itself: a path and a method beside it would leave
out every operation that has the method.
"""

from collections import defaultdict

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from tests.fuzz.__main__ import CONFIGURATION
from tests.fuzz.operations import operations

LEFT_OUT = {
    "native DELETE /api/v1/users/me/logins/",
    "native DELETE /api/v1/users/me/logins/{login_id}/",
    "native DELETE /api/v1/users/{user_id}/logins/",
}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
)


def test_no_more_is_overlooked_than_is_named() -> None:
    tried, unchecked = set(), defaultdict(set)
    for contract, document in {one.contract: one.document for one in operations()}.items():
        config = SchemathesisConfig.from_path(CONFIGURATION)
        schema = schemathesis.openapi.from_dict(dict(document), config=config)
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            name = f"{contract} {operation.label}"
            tried.add(name)
            checks = schema.config.checks_config_for(operation=operation)
            for check in CHECKS:
                if not checks.get_by_name(name=check).enabled:
                    unchecked[check].add(name)
    everything = {
        f"{one.contract} {one.method} {one.path.removeprefix(f'/compat/{one.contract}')}"
        for one in operations()
    }
    assert everything - tried == LEFT_OUT
    assert not unchecked
