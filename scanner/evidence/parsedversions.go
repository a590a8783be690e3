package evidence

import (
	"sync"

	"github.com/netvet/netvet/scanner/versions"
)

// parsedVersions remembers versions that were read: the same few thousand come
// again in record after record. It is safe for concurrent use.
type parsedVersions struct {
	mu    sync.RWMutex
	known map[versionKey]parsedVersion
}

type versionKey struct {
	scheme *versions.Scheme
	text   string
}

type parsedVersion struct {
	version versions.Version
	ok      bool
}

// maxParsed bounds what is remembered; past it, it starts afresh.
const maxParsed = 1 << 16

func (p *parsedVersions) parse(s *versions.Scheme, text string) (versions.Version, bool) {
	key := versionKey{s, text}
	p.mu.RLock()
	have, known := p.known[key]
	p.mu.RUnlock()
	if known {
		return have.version, have.ok
	}
	v, err := s.Parse(text)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxParsed {
		p.known = map[versionKey]parsedVersion{}
	}
	p.known[key] = parsedVersion{v, err == nil}
	return v, err == nil
}

// reads reports whether a text can be ordered at all.
func (p *parsedVersions) reads(s *versions.Scheme, text string) bool {
	if _, ok := p.parse(s, text); ok {
		return true
	}
	_, ok := p.parse(versions.Generic(), text)
	return ok
}

// compare orders two texts by the scheme, or when one is not written so, as plain
// dotted versions.
func (p *parsedVersions) compare(s *versions.Scheme, a, b string) (int, bool) {
	for _, scheme := range []*versions.Scheme{s, versions.Generic()} {
		x, okX := p.parse(scheme, a)
		y, okY := p.parse(scheme, b)
		if okX && okY {
			c, err := versions.Compare(x, y)
			return c, err == nil
		}
	}
	return 0, false
}
