package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version and commit are set by the linker: -ldflags "-X main.version=v1.2.3 -X
// main.commit=0123abcd". A build without them takes what the Go tool recorded.
var version, commit string

// versionInfo says which program this is.
type versionInfo struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"` // built from files that differ from the commit
	Date     string `json:"date"`     // of the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion() versionInfo {
	v := versionInfo{Name: "netvet", Version: version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = cmp.Or(v.Commit, s.Value)
		case "vcs.time":
			v.Date = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	if v.Version == "" {
		v.Version = info.Main.Version
	}
	if v.Version == "" || v.Version == "(devel)" {
		v.Version = "devel"
	}
	return v
}

func (p *program) versionCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version and commit of this program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := newVersion()
			if asJSON {
				line, err := json.Marshal(v)
				if err != nil {
					return fault(err)
				}
				return p.println("%s", line)
			}
			text := fmt.Sprintf("netvet %s", v.Version)
			if v.Commit != "" {
				text += ", commit " + v.Commit
			}
			if v.Date != "" {
				text += " of " + v.Date
			}
			if v.Modified {
				text += ", modified"
			}
			return p.println("%s, %s %s", text, v.Go, v.Platform)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
