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

// withDefaults replaces every limit that is not set by its default.
func (o Options) withDefaults() Options {
	if o.MaxFileSize <= 0 {
		o.MaxFileSize = DefaultMaxFileSize
	}
	if o.MaxComponents <= 0 {
		o.MaxComponents = DefaultMaxComponents
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = DefaultMaxDepth
	}
	if o.MaxString <= 0 {
		o.MaxString = DefaultMaxString
	}
	if o.Formats == nil {
		o.Formats = Formats()
	}
	return o
}
