package scanner

import (
	_ "embed" // the schema
	"slices"
)

//go:embed context.schema.json
var contextSchema []byte

// ContextSchema is the JSON Schema of a netvet.yaml, for editors.
func ContextSchema() []byte { return slices.Clone(contextSchema) }
