// Package netvet is the vocabulary of netvet: the plain types that every stage
// of the pipeline speaks. It vets network products before an organisation buys
// them and while it runs them.
//
// # The pipeline, on one page
//
//	read      sbom              bytes        -> Product, Component, Service, Vulnerability, Gap
//	resolve   vendors           name, id     -> Match (a Supplier, and why we think so)
//	collect   scanner/evidence  product      -> ListHit, Vulnerability, Support and other evidence
//	                                            from outside the input
//	evaluate  rules             Assessment   -> Finding (fail, pass, unknown) and GateResult
//	score     scanner           findings     -> Factor scores, range, coverage, Verdict, Questionnaire
//	write     scanner/report    Register     -> JSON, NDJSON, CSV, a table for people
//
// Stages pass these structs by value; nothing points back. The same Assessment
// runs through all stages, each filling in its own part.
//
// Beside it stands the offline data, of weaknesses and of ends of support:
// scanner/download gets its sources, scanner/kit builds, carries and opens it,
// scanner/versions orders the versions that it speaks of.
//
// # Glossary
//
// Product: what is bought or run. Component: a part of it (software, firmware,
// hardware, service). Supplier: the company behind a name. Match: how we know.
// Evidence: a fact, who says so, when. Rule: one question of a pack, with the
// evidence it needs. Gate: a rule that carries a verdict because an authority
// decided. Pack: the rules of one instrument. Profile: the packs and context of
// one point of view. Finding: what a rule said of one product. Factor: one of
// the seven of Article 10. Assessment: all of this for one product. Risk: one
// row of the register (product x factor). Register: the result. Gap: what could
// not be read or known. Questionnaire: the open questions to one maker, the most
// telling first. Kit: the offline data. Acceptance: a risk someone owns until a
// date.
//
// # Guarantees
//
// Unknown is an answer of its own and never shown as safe. A possible match
// never fires a gate. Only a cited decision of an authority yields "prohibited".
// No row is dropped: what cannot be used comes out as a Gap. Same inputs, data,
// rules and as-of date give the same bytes.
package netvet
