package kit

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxBundleWindow bounds the memory that unpacking a bundle takes. The writer
// below uses 8 MiB.
const maxBundleWindow = 64 << 20

func newUnpacker(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxBundleWindow))
}

func newPacker(w io.Writer) (io.WriteCloser, error) {
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
}
