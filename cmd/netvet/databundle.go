package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/netvet/netvet/rules"
	"github.com/netvet/netvet/scanner/kit"
	"github.com/netvet/netvet/vendors"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func (p *program) dataExport() *cobra.Command {
	var dir, secret, passwordFile, out string
	var e kit.Export
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the data into one signed file, to carry it elsewhere",
		Long: `Export writes the data, and the suppliers, lists and rules given with it, into one
file signed with a key of 'netvet data keygen' or of minisign. The file is a tar
of the contents and their signature: tar and minisign can check it as well.

A secret key that has a password takes it from NETVET_KEY_PASSWORD, from a file,
or asks for it on the terminal.`,
		Example: "  netvet data export --data /srv/netvet --key netvet.key -o stick/2026-11-22.netvet",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			if secret == "" || out == "" {
				return usage("export with which key, to where? give --key FILE and -o FILE")
			}
			return p.exportData(cmd, dir, out, e, func() (kit.SecretKey, error) {
				return kit.ReadSecretKey(secret, func() (string, error) { return p.password(passwordFile, "Password of "+secret+": ") })
			})
		},
	}
	dataFlag(cmd, &dir)
	flags := cmd.Flags()
	flags.StringVar(&secret, "key", "", "`FILE` with the secret key")
	flags.StringVar(&passwordFile, "key-password-file", "", "`FILE` whose first line is the password of the key")
	flags.StringVarP(&out, "output", "o", "", "`FILE` to write")
	flags.StringVar(&e.Suppliers, "suppliers", "", "`DIR` with suppliers and lists to go with the data")
	flags.StringVar(&e.Rules, "rules", "", "`DIR` with packs, profiles and patterns to go with the data")
	return cmd
}

func (p *program) exportData(cmd *cobra.Command, dir, out string, e kit.Export, key func() (kit.SecretKey, error)) error {
	for _, name := range []string{e.Suppliers, e.Rules} {
		if name != "" {
			if _, err := folder(name); err != nil {
				return err
			}
		}
	}
	k, err := openData(dir) // before a password is asked for
	if err != nil {
		return err
	}
	defer k.Close()
	if e.Key, err = key(); err != nil {
		return usage("%w", err)
	}
	e.Exported, e.Check = time.Now(), overridesLoad
	m, err := e.Run(cmd.Context(), dir, out)
	if err != nil {
		return fault(err)
	}
	p.note("wrote %s, signed with the key %s", out, e.Key.Public().ID())
	return p.showData(m, time.Now())
}

func (p *program) dataImport() *cobra.Command {
	var dir string
	var keys []string
	var force bool
	cmd := &cobra.Command{
		Use:   "import BUNDLE",
		Short: "Take the data from a signed file",
		Long: `Import checks the signature of a bundle before it reads anything else of it, and
makes its data the current one. Refused are bundles without a good signature of a
key that is given, damaged and truncated ones, those of a newer version of netvet,
and those older than the data that is there. What is there stays as it is until
the new data is whole.`,
		Example: "  netvet data import --data /srv/netvet --pubkey netvet.key.pub stick/2026-11-22.netvet",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			im := kit.Import{Force: force, Check: overridesLoad}
			for _, name := range keys {
				key, err := kit.ParsePublicKey(name)
				if err != nil {
					return usage("--pubkey: %w", err)
				}
				im.Keys = append(im.Keys, key)
			}
			if len(im.Keys) == 0 {
				return usage("whose bundles are to be taken? give --pubkey FILE, or the text of the key")
			}
			return p.importData(cmd, dir, args[0], im)
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().StringArrayVar(&keys, "pubkey", nil, "public `KEY` whose bundles are taken: a file, or the text of the key; repeat for more")
	cmd.Flags().BoolVar(&force, "force", false, "take a bundle that is older than the data that is there")
	return cmd
}

func (p *program) importData(cmd *cobra.Command, dir, bundle string, im kit.Import) error {
	m, err := im.Run(cmd.Context(), dir, bundle)
	var refused *kit.RefusedError
	switch {
	case errors.As(err, &refused), errors.Is(err, fs.ErrNotExist):
		return usage("%w", err)
	case err != nil:
		return fault(err)
	}
	return p.showData(m, time.Now())
}

// overridesLoad checks that suppliers and rules that travel with the data load,
// and fit over the built-in ones.
func overridesLoad(o kit.Overrides) error {
	know := knowledgeFlags{overrides: o}
	_, err := know.directory()
	_, err2 := know.library()
	return errors.Join(err, err2)
}

// overRules lays the rules that came with the data over others.
func overRules(library *rules.Library, fsys fs.FS) (*rules.Library, error) {
	user, err := rules.Load(fsys)
	if err != nil {
		return nil, err
	}
	return library.Merge(user)
}

// overSuppliers lays the suppliers and lists that came with the data over others.
func overSuppliers(directory *vendors.Directory, fsys fs.FS) (*vendors.Directory, error) {
	user, err := vendors.Load(fsys)
	if err != nil {
		return nil, err
	}
	return directory.Merge(user)
}

func (p *program) dataKeygen() *cobra.Command {
	var secret, passwordFile string
	var open bool
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a pair of keys with which bundles are signed and checked",
		Long: `Keygen writes a secret key, to sign bundles with, and beside it with the ending
.pub the public key, to give to whoever imports them. They have the form of
minisign, whose keys do as well.`,
		Example: "  netvet data keygen --key netvet.key",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if secret == "" {
				return usage("where to? give --key FILE")
			}
			word := ""
			if !open {
				var err error
				if word, err = p.password(passwordFile, "Password for the new key: "); err != nil {
					return err
				}
				if word == "" {
					return usage("the password is empty: choose one, or give --no-password")
				}
			}
			return p.makeKeys(secret, word)
		},
	}
	cmd.Flags().StringVar(&secret, "key", "", "`FILE` for the secret key; the public key goes to FILE.pub")
	cmd.Flags().StringVar(&passwordFile, "key-password-file", "", "`FILE` whose first line is the password")
	cmd.Flags().BoolVar(&open, "no-password", false, "write a key that whoever has the file can use")
	return cmd
}

func (p *program) makeKeys(file, password string) error {
	secret, public, err := kit.NewKey(password)
	if err != nil {
		return fault(fmt.Errorf("make keys: %w", err))
	}
	for _, part := range []struct {
		name string
		text []byte
		mode os.FileMode
	}{{file, secret, 0o600}, {file + ".pub", public, 0o644}} {
		if err := writeNew(part.name, part.text, part.mode); errors.Is(err, fs.ErrExist) {
			return usage("%s is there already: a key is never written over; give another name", part.name)
		} else if err != nil {
			return fault(err)
		}
	}
	_, key, _ := strings.Cut(strings.TrimSpace(string(public)), "\n")
	return p.println("%s", key) // it can be given as it stands
}

func writeNew(name string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// keyPassword is the variable with the password of a secret key. It is no flag:
// the arguments of a program can be read by everyone on the machine.
const keyPassword = "NETVET_KEY_PASSWORD"

// password takes a password from a file, from the environment, or from whoever
// sits at the terminal.
func (p *program) password(file, prompt string) (string, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", usage("read the password: %w", err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if word, ok := p.env[keyPassword]; ok {
		return word, nil
	}
	var terminal *os.File
	if in, ok := p.stdin.(*interruptible); ok {
		terminal, _ = in.r.(*os.File)
	}
	if terminal == nil || !term.IsTerminal(int(terminal.Fd())) {
		return "", usage("the key has a password: give it in %s or --key-password-file, or run on a terminal", keyPassword)
	}
	fmt.Fprint(p.stderr, prompt)
	word, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(p.stderr)
	return string(word), fault(err)
}
