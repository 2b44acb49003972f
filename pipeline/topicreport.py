"""What is wrong or thin in a taxonomy, and what a text would get from it: `newsbeam topics`."""

from dataclasses import dataclass
from typing import Any, Final

from schemas import yamlfile
from schemas.taxonomy import Taxonomy
from transforms.core.centrality import SUBJECT
from transforms.core.topiccheck import Coverage, Finding, check_taxonomy, coverage
from transforms.core.topics import Claim, Tagger

_FALLBACK: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """A taxonomy that can be used, with what deserves a look."""

    name: str
    taxonomy: Taxonomy
    findings: tuple[tuple[int, Finding], ...]  #: with their lines
    covered: tuple[Coverage, ...]

    def lines(self) -> list[str]:
        """For a person: findings, then the topics that are thin somewhere, then the sum."""
        told = [f"{self.name}: line {line}: {finding.kind}: {finding.message}" for line, finding in self.findings]
        expressions = sum(sum(topic.counts.values()) for topic in self.covered)
        thin = [topic for topic in self.covered if topic.thin or topic.unlabelled]
        table = ["", *_table(thin), ""] if thin else []
        size = f"{len(self.covered)} topics, {expressions:,} expressions, {len(self.covered[0].counts)} languages"
        found = f"{len(self.findings)} findings, {len(thin)} topics thin somewhere"
        return [*told, *table, f"{self.name} {self.taxonomy.version}: {size}; {found}"]

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "taxonomy": self.taxonomy.version,
            "findings": [
                {"line": line, "node": yamlfile.spell(finding.path), "kind": finding.kind, "message": finding.message}
                for line, finding in self.findings
            ],
            "topics": [
                {
                    "id": topic.topic,
                    "expressions": topic.counts,
                    "thin": sorted(topic.thin),
                    "unlabelled": sorted(topic.unlabelled),
                }
                for topic in self.covered
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TryReport:
    """The topics of one text."""

    taxonomy: Taxonomy
    language: str
    claims: tuple[Claim, ...]

    def lines(self) -> list[str]:
        """For a person."""
        labels = {topic.id: dict(topic.labels) for topic in self.taxonomy.topics}
        told = [f"language {self.language}, taxonomy {self.taxonomy.version}"]
        for claim in self.claims:
            label = labels[claim.id].get(self.language.partition("-")[0]) or labels[claim.id][_FALLBACK]
            central = "subject" if claim.score >= SUBJECT else "mentioned"
            told.append(f"{claim.score:.3f}  {claim.id} ({label}), {central}")
            for proof in claim.proofs:
                found = proof.evidence
                how = f", {proof.stance}" if proof.stance else ""
                weight = f", weight {proof.expression.weight:g}" if proof.expression.weight < 1 else ""
                by = f"by {proof.expression.text!r} ({found.language}){weight}{how}"
                told.append(f"       {found.field} {found.start}-{found.end}  {' '.join(found.surface.split())}  {by}")
        return told if self.claims else [*told, "no topic"]

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "taxonomy": self.taxonomy.version,
            "language": self.language,
            "topics": [
                {
                    "id": claim.id,
                    "score": claim.score,
                    "evidence": [
                        {
                            "field": proof.evidence.field,
                            "start": proof.evidence.start,
                            "end": proof.evidence.end,
                            "surface": proof.evidence.surface,
                            "language": proof.evidence.language,
                            "expression": proof.expression.text,
                            "weight": proof.expression.weight,
                            "stance": proof.stance,
                        }
                        for proof in claim.proofs
                    ],
                }
                for claim in self.claims
            ],
        }


def check_report(content: bytes, name: str, taxonomy: Taxonomy) -> CheckReport:
    """Look through a taxonomy, of which the bytes of the file are given."""
    nodes = yamlfile.Nodes(content)
    findings = tuple((nodes.line(finding.path), finding) for finding in check_taxonomy(taxonomy))
    return CheckReport(name=name, taxonomy=taxonomy, findings=findings, covered=tuple(coverage(taxonomy)))


def try_report(taxonomy: Taxonomy, title: str, text: str, language: str) -> TryReport:
    """Tag a text whose language is known."""
    return TryReport(taxonomy=taxonomy, language=language, claims=tuple(Tagger(taxonomy).claims(title, text, language)))


def _table(topics: list[Coverage]) -> list[str]:
    """Expressions per topic and language; `!` where it is thin, `?` where the label is missing."""
    wide = max(len(topic.topic) for topic in topics)
    head = f"{'expressions':{wide}}" + "".join(f"{language:>6}" for language in topics[0].counts)
    rows = [
        f"{topic.topic:{wide}}" + "".join(f"{_cell(topic, language):>6}" for language in topic.counts)
        for topic in topics
    ]
    return [head, *rows, "! thin, ? without a label"]


def _cell(topic: Coverage, language: str) -> str:
    thin = "!" if language in topic.thin else ""
    return f"{topic.counts[language]}{thin}{'?' if language in topic.unlabelled else ''}"
