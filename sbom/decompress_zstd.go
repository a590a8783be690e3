package sbom

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// openZstd reads the frames of a Zstandard file (RFC 8878). This is the only
// importer of the library.
func openZstd(r *bufio.Reader) (io.Reader, error) {
	// One goroutine, the caller's: then there is nothing to close.
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return zstdReader{z}, nil
}

type zstdReader struct{ z *zstd.Decoder }

func (r zstdReader) Read(p []byte) (int, error) {
	n, err := r.z.Read(p)
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		err = errWindow
	case errors.Is(err, zstd.ErrMagicMismatch):
		err = errTrailing
	}
	return n, err
}
