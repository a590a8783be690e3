package download

import (
	"encoding/json"
	"os"
	"strings"
	"time"
)

// The files beside a download: what is known of it, what there is of the next
// one, and what is known of that.
const (
	stateSuffix   = ".state.json"
	partialSuffix = ".partial"
)

// state is what is known of a file.
type state struct {
	URL      string    `json:"url"`
	ETag     string    `json:"etag,omitempty"`
	Modified string    `json:"last_modified,omitempty"`
	Checked  time.Time `json:"checked"` // when the server last said that it is the newest
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256,omitempty"`
}

// validator is what tells two states of a file apart byte by byte; empty when
// the server gives none.
func (s state) validator() string {
	if s.ETag != "" && !strings.HasPrefix(s.ETag, "W/") {
		return s.ETag
	}
	return s.Modified
}

// readState reads what is known of a file that is there and whole.
func readState(file string) (state, bool) {
	var s state
	text, err := os.ReadFile(file + stateSuffix)
	if err != nil || json.Unmarshal(text, &s) != nil {
		return state{}, false
	}
	info, err := os.Stat(file)
	return s, err == nil && info.Size() == s.Bytes
}

func (s state) write(file string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	next := file + stateSuffix + ".next"
	if err := os.WriteFile(next, text, 0o644); err != nil {
		return err
	}
	return os.Rename(next, file+stateSuffix)
}
