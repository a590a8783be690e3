package kit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// store is the file with the data: named buckets of sorted keys, mapped into
// memory, so that a look-up touches only the pages it needs.
type store struct {
	path string
	db   *bolt.DB
	file *os.File // that is mapped: readable also when its name is gone
}

// openStore opens a finished store. Its size is checked first: pages that are
// missing at the end of a mapped file would stop the process when touched.
func openStore(path string, size int64) (*store, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open the data: %w: build or import the data again", err)
	}
	if info.Size() != size {
		return nil, fmt.Errorf("open the data: %s has %d bytes, its manifest says %d: it is truncated or was changed; build or import the data again", path, info.Size(), size)
	}
	s := &store{path: path}
	s.db, err = bolt.Open(path, 0o444, &bolt.Options{ReadOnly: true, OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
		s.file, err = os.OpenFile(name, flag, mode)
		return s.file, err
	}})
	if err != nil {
		return nil, fmt.Errorf("open the data: %s is damaged: %w: build or import the data again", path, err)
	}
	return s, nil
}

func (s *store) close() error { return s.db.Close() }

// lockFile is what a process locks that makes a generation the current one.
const lockFile = ".lock"

// lockPatience is how long to wait for another process: it has nothing to do
// then but to copy and rename.
const lockPatience = 2 * time.Minute

// lock waits for the lock of a file. It is an empty store, because bbolt locks
// what it opens on every system, and a lock that dies with its process never
// has to be removed by hand.
func lock(path string, patience time.Duration) (unlock func(), err error) {
	db, err := bolt.Open(path, 0o644, &bolt.Options{Timeout: patience})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("another process holds %s, for longer than %s: try again when it has ended", path, patience)
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = db.Close() }, nil
}

// read runs f on one state of the store. Slices given to f are valid only
// within it. A damaged page makes bbolt panic: here that is an error.
func (s *store) read(f func(*reading) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("read the data: %s is damaged (%v): build or import the data again", s.path, cause)
		}
	}()
	return s.db.View(func(tx *bolt.Tx) error { return f(&reading{tx}) })
}

// reading is one state of the store.
type reading struct{ tx *bolt.Tx }

// get returns the value of a key, nil when there is none.
func (r *reading) get(bucket string, key []byte) []byte {
	b := r.tx.Bucket([]byte(bucket))
	if b == nil {
		return nil
	}
	return b.Get(key)
}

// prefix calls f with every key that begins so, in order, until f says stop.
func (r *reading) prefix(bucket string, start []byte, f func(key, value []byte) (more bool)) {
	b := r.tx.Bucket([]byte(bucket))
	if b == nil {
		return
	}
	c := b.Cursor()
	for k, v := c.Seek(start); k != nil && bytes.HasPrefix(k, start); k, v = c.Next() {
		if !f(k, v) {
			return
		}
	}
}

// writing is a store that is being built. Nobody else has it open, and it is
// thrown away when the build fails, so no step waits for the disk but the last.
type writing struct {
	db      *bolt.DB
	tx      *bolt.Tx
	pending int // bytes put since the last commit
}

// commitAfter bounds what a build holds in memory: bytes of keys and values.
const commitAfter = 4 << 20

func createStore(path string) (*writing, error) {
	db, err := bolt.Open(path, 0o644, &bolt.Options{NoSync: true, NoGrowSync: true, NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	tx, err := db.Begin(true)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &writing{db: db, tx: tx}, nil
}

func (w *writing) get(bucket string, key []byte) []byte { return (&reading{w.tx}).get(bucket, key) }

func (w *writing) put(bucket string, key, value []byte) error {
	if w.pending > commitAfter {
		if err := w.commit(); err != nil {
			return err
		}
	}
	b, err := w.tx.CreateBucketIfNotExists([]byte(bucket))
	if err != nil {
		return err
	}
	w.pending += len(key) + len(value)
	return b.Put(key, value)
}

func (w *writing) commit() error {
	if err := w.tx.Commit(); err != nil {
		return err
	}
	tx, err := w.db.Begin(true)
	w.tx, w.pending = tx, 0
	return err
}

func (w *writing) finish() error {
	if err := w.tx.Commit(); err != nil {
		return errors.Join(err, w.db.Close())
	}
	return errors.Join(w.db.Sync(), w.db.Close())
}

func (w *writing) abandon() error { return errors.Join(w.tx.Rollback(), w.db.Close()) }
