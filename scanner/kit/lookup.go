package kit

// DamagedError says that a value of the store cannot be read: what it says is not
// known, which is not that it says nothing.
type DamagedError struct{ Path, Record string }

func (e *DamagedError) Error() string {
	return "read the data: " + e.Path + ": the record " + e.Record + " is damaged: build or import the data again"
}

func (k *Kit) damaged(record string) error { return &DamagedError{k.store.path, record} }

// find reads one value. Known is false when there is none.
func (k *Kit) find(bucket, key string, decode func(value []byte) (ok bool)) (known bool, err error) {
	err = k.store.read(func(r *reading) error {
		value := r.get(bucket, []byte(key))
		if value == nil {
			return nil
		}
		if known = decode(value); !known {
			return k.damaged(key)
		}
		return nil
	})
	return known, err
}

// named reads the values of a bucket whose ids a bucket of names has behind a
// prefix, in the order of their ids.
func (k *Kit) named(names string, prefix []byte, bucket string, decode func(id string, value []byte) (ok bool)) error {
	return k.store.read(func(r *reading) error {
		bad := ""
		r.prefix(names, prefix, func(key, _ []byte) bool {
			id := key[len(prefix):]
			if !decode(string(id), r.get(bucket, id)) {
				bad = string(id)
			}
			return bad == ""
		})
		if bad != "" {
			return k.damaged(bad)
		}
		return nil
	})
}
