package kit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestReadingProcess is the work of the processes that the next test starts: it
// opens the data over and over until a file says stop.
func TestReadingProcess(t *testing.T) {
	dir := os.Getenv("NETVET_TEST_READ")
	if dir == "" {
		t.Skip("it is started by TestProcessesReadWhileOthersReplace")
	}
	rounds := 0
	for ; ; rounds++ {
		if _, err := os.Stat(filepath.Join(dir, "stop")); err == nil {
			break
		}
		if err := readOnce(dir); err != nil {
			t.Fatalf("round %d: %v", rounds, err)
		}
	}
	fmt.Printf("rounds=%d\n", rounds)
}

func readOnce(dir string) error {
	k, err := Open(dir)
	if err != nil {
		return err
	}
	defer k.Close()
	before := k.Manifest().Built
	for range 20 {
		hits, err := k.OSV("npm", "left-pad", "1.2.5")
		if err != nil || len(hits) != 1 {
			return fmt.Errorf("%d hits, %w", len(hits), err)
		}
	}
	if _, err := fs.ReadFile(k.Overrides().Rules, "packs/own.yaml"); err != nil {
		return err
	}
	if !k.Manifest().Built.Equal(before) {
		return errors.New("the manifest changed")
	}
	return k.Verify()
}

// TestProcessesReadWhileOthersReplace has two processes read, while this one
// builds and imports.
func TestProcessesReadWhileOthersReplace(t *testing.T) {
	secret, public := keyPair(t)
	dir := dataOf(t, firstDay, "1.3.0")
	bundle := export(t, Export{Key: secret, Exported: firstDay, Rules: yamlFolder(t, "packs/own.yaml", "id: own\n")}, dir)
	install := func() {
		if _, err := (Import{Keys: []PublicKey{public}, Force: true}).Run(t.Context(), dir, bundle); err != nil {
			t.Error(err)
		}
	}
	install()
	var readers []*exec.Cmd
	var outs [2]bytes.Buffer
	for i := range outs {
		cmd := exec.Command(os.Args[0], "-test.run=^TestReadingProcess$", "-test.v")
		cmd.Env = append(os.Environ(), "NETVET_TEST_READ="+dir)
		cmd.Stdout, cmd.Stderr = &outs[i], &outs[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		readers = append(readers, cmd)
	}
	for i := range 40 {
		install()
		rebuild(t, dir, firstDay.Add(time.Duration(i)*time.Hour), "1.3.0")
	}
	if err := os.WriteFile(filepath.Join(dir, "stop"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for i, cmd := range readers {
		if err := cmd.Wait(); err != nil {
			t.Errorf("a reader: %v\n%s", err, &outs[i])
		}
		if _, rounds, _ := bytes.Cut(outs[i].Bytes(), []byte("rounds=")); len(rounds) == 0 || rounds[0] == '0' {
			t.Errorf("a reader read nothing:\n%s", &outs[i])
		}
	}
	generations := 0
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err == nil {
			generations++
		} else if e.Name() != "stop" && e.Name() != currentFile && e.Name() != lockFile {
			t.Errorf("%s was left behind", e.Name())
		}
	}
	if generations > 2 {
		t.Errorf("%d generations were left", generations)
	}
}
