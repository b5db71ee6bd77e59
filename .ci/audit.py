"""Known vulnerabilities in what requirements.lock pins, and the list of it all (CycloneDX) in dist/sbom.json.

Exit code 1 when a pinned package has a known vulnerability. Where the service that knows them cannot be asked, it says
so and ends well: a change must be able to land without a network.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK, SBOM = Path("requirements.lock"), Path("dist/sbom.json")
PROGRAMS = Path(sys.executable).parent


def main() -> int:
    SBOM.parent.mkdir(exist_ok=True)
    listing = [PROGRAMS / "cyclonedx-py", "requirements", LOCK, "--output-reproducible", "--of", "JSON", "-o", SBOM]
    subprocess.run(listing, check=True, capture_output=True)
    say(f"{SBOM}: {len(json.loads(SBOM.read_text())['components'])} packages")
    asking = [PROGRAMS / "pip-audit", "-r", LOCK, "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    asked = subprocess.run([*asking, "-f", "json"], check=False, capture_output=True, text=True)
    try:
        found = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        say(f"known vulnerabilities: skipped, the service does not answer ({reason[:200]})")
        return 0
    known = [one for one in found if "skip_reason" not in one]
    if not known:
        say("known vulnerabilities: skipped, the package index in use knows no vulnerabilities")
        return 0
    hurt = [one for one in known if one["vulns"]]
    for one in hurt:
        fixes = {each["id"]: ", ".join(each["fix_versions"]) or "no version yet" for each in one["vulns"]}
        said = "; ".join(f"{name} (fixed in {versions})" for name, versions in fixes.items())
        say(f"{one['name']} {one['version']}: {said}")
    say(f"known vulnerabilities: {len(known)} of {len(found)} packages looked up, {len(hurt)} have some")
    return 1 if hurt else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
