package sbom

// The limits that hold when the caller sets none. They bound memory and time on
// hostile input; real inventories stay far below them.
const (
	DefaultMaxFileSize   = 8 << 30   // bytes, for readers that stream
	DefaultMaxComponents = 2_000_000 // in one product
	DefaultMaxDepth      = 256       // levels of nesting
	DefaultMaxString     = 1 << 20   // bytes of one string
)

const (
	headSize = 64 << 10 // bytes of an input that detection may look at

	// maxListed bounds what is kept of a list inside one record: licences and
	// identifiers of a component, references of a product, endpoints of a service.
	maxListed = 64

	// maxGapsOfAKind bounds the gaps that one input yields for one kind of
	// fault; the rest are counted in one more gap.
	maxGapsOfAKind = 20

	maxRefs         = 6_000_000 // references of one document that are told apart
	maxEdges        = 8_000_000 // dependencies of one document that are searched for circles
	maxKeysOfObject = 100_000   // keys of one JSON object

	maxWalkFiles = 1_000_000 // files one run looks at
	maxWalkDepth = 64        // folders inside folders
)

// The limits on compressed files and archives. They hold for bytes as they are
// counted while unpacking, whatever a header says.
const (
	DefaultMaxUnpacked       = 8 << 30   // bytes that one archive unpacks to, with the archives inside it
	DefaultMaxUnpackRatio    = 100       // bytes that one packed byte unpacks to
	DefaultMaxArchiveEntries = 100_000   // of one archive, with those of the archives inside it
	DefaultMaxArchiveDepth   = 3         // archives inside each other
	DefaultMaxArchiveMemory  = 512 << 20 // bytes of archives that are held: of standard input, inside others, compressed tars

	unpackRatioFrom = 1 << 20   // unpacked bytes from which the ratio counts
	maxPackings     = 3         // compressions around each other
	maxWindow       = 128 << 20 // bytes that a decompressor looks back: those of zstd --ultra -22, twice those of xz -9
	maxEntryName    = 4096      // bytes: the longest path that file systems take
	maxEntryGaps    = 1000      // gaps of one kind in one archive that are told one by one
	directoryEntry  = 512       // bytes of the directory of a ZIP archive that its entries take on the average, at most
	maxHeldTar      = 64 << 20  // bytes of a compressed tar that is held; a longer one is read in one direction
	maxKeptEntry    = 64 << 10  // bytes of an entry of such a tar that is held nevertheless
	maxTreeFolders  = 100_000   // folders of an archive that may be one input as a whole
)

// withDefaults replaces every limit that is not set by its default.
func (o Options) withDefaults() Options {
	orDefault(&o.MaxFileSize, DefaultMaxFileSize)
	orDefault(&o.MaxComponents, DefaultMaxComponents)
	orDefault(&o.MaxDepth, DefaultMaxDepth)
	orDefault(&o.MaxString, DefaultMaxString)
	orDefault(&o.MaxUnpacked, DefaultMaxUnpacked)
	orDefault(&o.MaxUnpackRatio, DefaultMaxUnpackRatio)
	orDefault(&o.MaxArchiveEntries, DefaultMaxArchiveEntries)
	orDefault(&o.MaxArchiveDepth, DefaultMaxArchiveDepth)
	orDefault(&o.MaxArchiveMemory, DefaultMaxArchiveMemory)
	if o.Formats == nil {
		o.Formats = Formats()
	}
	return o
}

func orDefault[N int | int64](limit *N, byDefault N) {
	if *limit <= 0 {
		*limit = byDefault
	}
}
