package sbom

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"math"

	"github.com/klauspost/compress/zstd"
)

// openZstd reads the frames of a Zstandard file (RFC 8878). This is the only
// importer of the library.
func openZstd(r *bufio.Reader, ratio int) (io.Reader, error) {
	most := mostUnpacked(r, ratio)
	// One goroutine, the caller's: then there is nothing to close.
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	if most == math.MaxInt64 {
		return zstdReader{z}, z.Reset(r)
	}
	// A short file is unpacked at once: that takes no window.
	packed, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	data, err := z.DecodeAll(packed, make([]byte, 0, most))
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return nil, errRatio(ratio)
	}
	return io.MultiReader(bytes.NewReader(data), failure{zstdError(err)}), nil
}

type zstdReader struct{ z *zstd.Decoder }

func (r zstdReader) Read(p []byte) (int, error) {
	n, err := r.z.Read(p)
	return n, zstdError(err)
}

// zstdError tells what is no fault of the data.
func zstdError(err error) error {
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return errWindow
	case errors.Is(err, zstd.ErrMagicMismatch):
		return errTrailing
	}
	return err
}

// failure is a reader that fails, or ends.
type failure struct{ err error }

func (f failure) Read([]byte) (int, error) { return 0, cmp.Or(f.err, io.EOF) }
