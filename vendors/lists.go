package vendors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netvet/netvet"
)

// The words a list may use.
var (
	effects = []netvet.Effect{
		netvet.EffectProcurementBan, netvet.EffectNetworkBan, netvet.EffectUseBan, netvet.EffectSalesBan, netvet.EffectUpdateBan,
		netvet.EffectImportBan, netvet.EffectTradeBan, netvet.EffectFundingBan, netvet.EffectNoAuthorisation, netvet.EffectInvestmentBan,
		netvet.EffectExportControl, netvet.EffectScreening, netvet.EffectCertification, netvet.EffectSummons, netvet.EffectGuidance,
		netvet.EffectGuidanceReported, netvet.EffectCaseDecision, netvet.EffectProposal, netvet.EffectAllowList,
	}
	statuses = []netvet.ListStatus{
		netvet.StatusInForce, netvet.StatusReported, netvet.StatusRecommendation, netvet.StatusProposal, netvet.StatusAnnounced,
		netvet.StatusNotYet, netvet.StatusUnverified, netvet.StatusSuspended, netvet.StatusHistorical,
	}
	reaches = []netvet.Reach{
		netvet.ReachNamedOnly, netvet.ReachAffiliates, netvet.ReachControlled, netvet.ReachHalfOwned, netvet.ReachProductsOf,
		netvet.ReachNamedBranches,
	}
	grades = []netvet.Grade{
		netvet.GradeStatute, netvet.GradeOfficialList, netvet.GradeConclusion, netvet.GradeSummons, netvet.GradeAssociation,
		netvet.GradePress, netvet.GradeAllegation,
	}
	matchings  = []string{"named", "criteria"}
	scopeKinds = []netvet.Kind{netvet.KindSoftware, netvet.KindFirmware, netvet.KindDevice, netvet.KindService, netvet.KindOther}
)

// list checks one list by itself.
func (c *complaints) list(l *netvet.List) {
	if !idForm.MatchString(l.ID) {
		c.addf("id", "id %q: use lower-case words joined by hyphens", l.ID)
	}
	c.required("title", l.Title)
	c.required("authority", l.Authority)
	c.required("legal_basis", l.LegalBasis)
	c.required("binds", l.Binds)
	c.required("as_of", string(l.AsOf))
	c.required("source", l.Source)
	c.url("url", l.URL)
	if l.Jurisdiction != "EU" && (l.Jurisdiction == unknownCountry || !isCountry(l.Jurisdiction)) {
		c.addf("jurisdiction", "%q is no jurisdiction: use ISO 3166-1 alpha-2, or EU", l.Jurisdiction)
	}
	if len(l.Effects) == 0 {
		c.addf("effects", "no effects given")
	}
	c.effects("effects", l.Effects)
	known(c, "status", "status", l.Status, statuses)
	known(c, "grade", "grade", l.Grade, grades)
	known(c, "reach", "reach", l.Reach, reaches)
	known(c, "matching", "matching", l.Matching, matchings)
	known(c, "confidence", "confidence", l.Confidence, confidences)
	for i := range l.Entries {
		c.entry(fmt.Sprintf("entries.%d", i), &l.Entries[i])
	}
}

// entry checks one entry; what it leaves out it takes from its list.
func (c *complaints) entry(at string, e *netvet.Entry) {
	c.required(at+".listed_name", e.ListedName)
	c.required(at+".citation", e.Citation)
	c.required(at+".from", string(e.From))
	c.interval(at, e.From, e.To)
	c.effects(at+".effects", e.Effects)
	optional(c, at+".status", "status", e.Status, statuses)
	optional(c, at+".reach", "reach", e.Reach, reaches)
	optional(c, at+".grade", "grade", e.Grade, grades)
	optional(c, at+".confidence", "confidence", e.Confidence, confidences)
	c.url(at+".url", e.URL)
	for i, k := range e.Scope.Kinds {
		known(c, fmt.Sprintf("%s.scope.kinds.%d", at, i), "kind", k, scopeKinds)
	}
	for i, k := range e.Scope.Categories {
		known(c, fmt.Sprintf("%s.scope.categories.%d", at, i), "category", k, netvet.Categories())
	}
	for i, m := range e.Scope.Models {
		c.required(fmt.Sprintf("%s.scope.models.%d", at, i), m)
	}
	if s := e.Scope; s.Any && len(s.Kinds)+len(s.Categories)+len(s.Models) > 0 {
		c.addf(at+".scope", "any: true and a narrower scope at once: keep one")
	}
}

// url checks that an address given can be opened.
func (c *complaints) url(at, address string) {
	if address != "" && !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") || strings.ContainsAny(address, " \t") {
		c.addf(at, "%q is no address: give https://... alone, or leave it out", address)
	}
}

func (c *complaints) effects(at string, list []netvet.Effect) {
	for i, e := range list {
		known(c, fmt.Sprintf("%s.%d", at, i), "effect", e, effects)
		if slices.Contains(list[:i], e) {
			c.addf(fmt.Sprintf("%s.%d", at, i), "effect %q is given twice", e)
		}
	}
}

// listed checks that the suppliers a list names are records.
func (d *Directory) listed(l *netvet.List) complaints {
	var found complaints
	for i, e := range l.Entries {
		if e.Supplier != "" && d.byID[e.Supplier] == nil {
			found.addf(fmt.Sprintf("entries.%d.supplier", i), "%q is no supplier here: %s", e.Supplier, d.nearest(e.Supplier))
		}
	}
	return found
}
