package netvet

// SupportState is how far a release is still looked after by its maker.
type SupportState string

// The states. SupportUnknown is not "supported": the product is known, but
// nothing is said of its release.
const (
	SupportFull     SupportState = "supported"
	SupportSecurity SupportState = "security-only" // no more than fixes of weaknesses
	SupportExtended SupportState = "extended"      // ended for all but those who have a contract for longer
	SupportEnded    SupportState = "ended"
	SupportUnknown  SupportState = "unknown"
)

// Support is what is known of the life of a product, or of a part of it, on the
// as-of date.
type Support struct {
	Subject  string       `json:"subject"` // as the source calls the product
	Version  string       `json:"version"` // as the input states it
	Cycle    string       `json:"cycle"`   // the release that the dates are of; empty when not known
	State    SupportState `json:"state"`
	Sale     Date         `json:"sale"`     // end of sale
	Active   Date         `json:"active"`   // end of fixes other than of weaknesses
	Security Date         `json:"security"` // end of fixes of weaknesses
	Extended Date         `json:"extended"` // the same for those who have a contract
	Source   string       `json:"source"`
	URL      string       `json:"url"`
	AsOf     Date         `json:"as_of"`  // of the source, empty when not known
	Reason   string       `json:"reason"` // why it is only possible that the source speaks of the product; empty when it does
	Ref      string       `json:"ref"`    // of the component, empty for the product
	Pointer  string       `json:"pointer"`
}
