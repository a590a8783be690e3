package kit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"aead.dev/minisign"
)

// Bundles are signed in the form of minisign, so that its own program can check
// them too. This is the only importer of the library.

// PublicKey is a key whose bundles are taken.
type PublicKey struct{ key minisign.PublicKey }

// SecretKey signs bundles.
type SecretKey struct{ key minisign.PrivateKey }

// ErrPassword says that a secret key did not open with the password.
var ErrPassword = errors.New("the password is wrong, or the key is damaged")

// maxKeyFile bounds a file with a key: they have some 200 bytes.
const maxKeyFile = 4096

// ParsePublicKey reads a public key: the name of its file, or its text.
func ParsePublicKey(fileOrText string) (PublicKey, error) {
	var p PublicKey
	text, err := readShort(fileOrText)
	if err != nil {
		if p.key.UnmarshalText([]byte(strings.TrimSpace(fileOrText))) == nil {
			return p, nil
		}
		return p, fmt.Errorf("read the public key: %w", err)
	}
	if err := p.key.UnmarshalText(text); err != nil {
		return p, fmt.Errorf("read the public key %s: %w", fileOrText, err)
	}
	return p, nil
}

// ID names a key as minisign prints it.
func (p PublicKey) ID() string { return keyID(p.key.ID()) }

func keyID(id uint64) string { return fmt.Sprintf("%016X", id) }

// ReadSecretKey reads the file of a secret key. The password is asked for only
// when the key has one.
func ReadSecretKey(file string, password func() (string, error)) (SecretKey, error) {
	var s SecretKey
	text, err := readShort(file)
	if err != nil {
		return s, fmt.Errorf("read the secret key: %w", err)
	}
	if !minisign.IsEncrypted(text) {
		if err := s.key.UnmarshalText(text); err != nil {
			return s, fmt.Errorf("read the secret key %s: %w", file, err)
		}
		return s, nil
	}
	word, err := password()
	if err != nil {
		return s, err
	}
	if s.key, err = minisign.DecryptKey(word, text); err != nil {
		return s, fmt.Errorf("read the secret key %s: %w", file, ErrPassword)
	}
	return s, nil
}

// Public is the key with which others check what this one signed.
func (s SecretKey) Public() PublicKey {
	return PublicKey{s.key.Public().(minisign.PublicKey)}
}

// NewKey makes a pair of keys, as texts of their files. An empty password leaves
// the secret key readable for everyone who has the file.
func NewKey(password string) (secret, public []byte, err error) {
	pub, priv, err := minisign.GenerateKey(nil)
	if err != nil {
		return nil, nil, err
	}
	if public, err = pub.MarshalText(); err != nil {
		return nil, nil, err
	}
	if password == "" {
		secret, err = priv.MarshalText()
	} else {
		secret, err = minisign.EncryptKey(password, priv)
	}
	return append(secret, '\n'), append(public, '\n'), err
}

// signing passes a stream through and signs it, or checks its signature.
type signing struct{ r *minisign.Reader }

func newSigning(r io.Reader) signing { return signing{minisign.NewReader(r)} }

func (s signing) Read(p []byte) (int, error) { return s.r.Read(p) }

func (s signing) sign(key SecretKey, comment string) []byte {
	return append(s.r.SignWithComments(key.key, comment, "signature of a netvet data bundle by key "+key.Public().ID()), '\n')
}

func (s signing) verify(key PublicKey, signature []byte) bool {
	return s.r.Verify(key.key, signature)
}

// signer finds the key that a signature names.
func signer(signature []byte, keys []PublicKey) (PublicKey, error) {
	var s minisign.Signature
	if err := s.UnmarshalText(signature); err != nil {
		return PublicKey{}, errors.New("its signature is no signature of minisign")
	}
	if s.Algorithm != minisign.HashEdDSA {
		return PublicKey{}, errors.New("its signature is of the old kind that covers no digest: sign it again with a newer minisign")
	}
	var given []string
	for _, key := range keys {
		if key.key.ID() == s.KeyID {
			return key, nil
		}
		given = append(given, key.ID())
	}
	return PublicKey{}, fmt.Errorf("it is signed with the key %s, which is not known: given was %s", keyID(s.KeyID), strings.Join(given, ", "))
}

func readShort(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(text) > maxKeyFile {
		err = fmt.Errorf("%s: more than %d bytes: it is no key", file, maxKeyFile)
	}
	return text, err
}
