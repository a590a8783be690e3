package sbom

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxHeld is the size of a document that a reader may hold as a whole, in bytes.
const maxHeld = 512 << 20

// decodeJSON reads one JSON document as a whole into out, for formats whose
// documents describe one thing and are small. Keys count with their case, and a
// key given twice is an error, because tools differ in which of two they
// believe; with Options.Lenient the last one counts.
func decodeJSON(src *Stream, out any) error {
	held := &io.LimitedReader{R: src.Reader, N: maxHeld + 1}
	err := json.UnmarshalRead(held, out, jsontext.AllowDuplicateNames(src.Options.Lenient))
	switch {
	case held.N <= 0:
		return fmt.Errorf("larger than %d bytes, which a document of this format may not be", maxHeld)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the document ends in the middle: it is cut off")
	case err != nil:
		var syntax *jsontext.SyntacticError
		if errors.As(err, &syntax) {
			return fmt.Errorf("at byte %d: %w", syntax.ByteOffset, syntax.Err)
		}
		var semantic *json.SemanticError
		if errors.As(err, &semantic) {
			return fmt.Errorf("at byte %d (%s): %s where %s is expected", semantic.ByteOffset, semantic.JSONPointer, semantic.JSONKind, semantic.GoType)
		}
		return err
	}
	return nil
}
