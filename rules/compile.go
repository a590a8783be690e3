package rules

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"github.com/netvet/netvet"
)

// costLimit bounds the work of one evaluation of one expression, in units of
// CEL's cost model: enough to look at each of 100,000 list items with a handful
// of comparisons, too little for a quadratic search of such a list.
const costLimit = 1_000_000

// Operator is what expressions see of the buyer and the use of the product.
// Numbers of persons are -1 when nobody stated them.
type Operator struct {
	Role             netvet.Role `json:"role"`
	Act              netvet.Act  `json:"act"`
	ActAssumed       bool        `json:"act_assumed"`
	Criticality      string      `json:"criticality"`
	DataClass        string      `json:"data_class"`
	PersonalRecords  int64       `json:"personal_records"`
	SensitiveRecords int64       `json:"sensitive_records"`
	// Persons whose data leaves the country in a year: as stated, else all of
	// whom data is held.
	ExportedPersonal  int64    `json:"exported_personal"`
	ExportedSensitive int64    `json:"exported_sensitive"`
	StoredIn          []string `json:"stored_in"`
	Exports           string   `json:"exports"` // whether data leaves the country of the profile, as stated: yes, no, or empty
	StockDays         int      `json:"stock_days"`
	ListingAbroad     string   `json:"listing_abroad"` // yes, no, or empty when nobody said
	Users             int64    `json:"users"`
}

// PointOfView is what expressions see of the profile.
type PointOfView struct {
	ID      string          `json:"id"`
	Role    netvet.Role     `json:"role"`
	Home    string          `json:"home"`
	Concern []string        `json:"concern"`
	Factors []netvet.Factor `json:"factors"`
}

// Maker is what expressions see of the makers of a product's components.
type Maker struct {
	Supplier   netvet.Supplier `json:"supplier"`
	Count      int             `json:"count"`
	Confidence float64         `json:"confidence"`
}

// variable is a name that expressions and messages may use.
type variable struct {
	name string
	typ  reflect.Type
	each string // the only kind of rule that has it; empty: all
}

// The names of variables that the engine itself asks about.
const (
	varSupplier   = "supplier"
	varConfidence = "match_confidence"
	varPatterns   = "patterns"
	varComponent  = "component"
	varCount      = "count"
)

// variables lists what expressions can see.
func variables() []variable {
	return []variable{
		{"product", reflect.TypeFor[netvet.Product](), ""},
		{"bom", reflect.TypeFor[netvet.BOM](), ""},
		{varSupplier, reflect.TypeFor[netvet.Supplier](), ""},
		{varConfidence, reflect.TypeFor[float64](), ""},
		{"possible", reflect.TypeFor[[]netvet.PossibleMatch](), ""},
		{"components", reflect.TypeFor[netvet.Census](), ""},
		{varPatterns, reflect.TypeFor[map[string]int](), ""},
		{"services", reflect.TypeFor[[]netvet.Service](), ""},
		{"vulnerabilities", reflect.TypeFor[[]netvet.Vulnerability](), ""},
		{"hits", reflect.TypeFor[[]netvet.ListHit](), ""},
		{"support", reflect.TypeFor[[]netvet.Support](), ""},
		{"comparisons", reflect.TypeFor[[]netvet.Comparison](), ""},
		{"makers", reflect.TypeFor[[]Maker](), ""},
		{"operator", reflect.TypeFor[Operator](), ""},
		{"profile", reflect.TypeFor[PointOfView](), ""},
		{"as_of", reflect.TypeFor[time.Time](), ""},
		{varComponent, reflect.TypeFor[netvet.Candidate](), eachComponent},
		{"service", reflect.TypeFor[netvet.Service](), eachService},
		{"vulnerability", reflect.TypeFor[netvet.Vulnerability](), eachVulnerability},
		{"hit", reflect.TypeFor[netvet.ListHit](), eachHit},
		{eachComparison, reflect.TypeFor[netvet.Comparison](), eachComparison},
		{eachCommitment, reflect.TypeFor[netvet.Commitment](), eachCommitment},
		{eachCertificate, reflect.TypeFor[netvet.Certificate](), eachCertificate},
	}
}

// compiler type-checks expressions and makes programs of them, each text once:
// many rules share theirs. It may be used by many goroutines at once.
type compiler struct {
	env  *cel.Env
	each map[string]string // variable -> the kind of rule that has it
	done sync.Map          // text -> *condition
}

func newCompiler() (*compiler, error) {
	c := &compiler{each: map[string]string{}}
	natives := []any{ext.ParseStructTag("json")}
	var options []cel.EnvOption
	for _, v := range variables() {
		c.each[v.name] = v.each
		if t := structOf(v.typ); t != nil {
			natives = append(natives, t)
		}
		options = append(options, cel.Variable(v.name, celType(v.typ)))
	}
	options = append(options, ext.NativeTypes(natives...))
	options = append(options, functions()...)
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("set up the expression language: %w", err)
	}
	c.env = env
	return c, nil
}

func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() {
		return t
	}
	return nil
}

func celType(t reflect.Type) *cel.Type {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return cel.TimestampType
	case t.Kind() == reflect.Float64:
		return cel.DoubleType
	case t.Kind() == reflect.Int:
		return cel.IntType
	case t.Kind() == reflect.String:
		return cel.StringType
	case t.Kind() == reflect.Slice:
		return cel.ListType(celType(t.Elem()))
	case t.Kind() == reflect.Map:
		return cel.MapType(celType(t.Key()), celType(t.Elem()))
	}
	return cel.ObjectType(t.String())
}

// condition is an expression, compiled when it is first needed: an inventory of
// rows asks few of the questions of a pack, and compiling them all would be most
// of the time that a small scan takes. The nil condition is an empty expression.
type condition struct {
	compiled func() compiled
}

// compiled is an expression made ready, or what is wrong with it.
type compiled struct {
	program cel.Program
	uses    usage
	flaws   []flaw
}

// usage is what an expression looks at.
type usage struct {
	variables map[string]bool
	patterns  []string // named in the counts of patterns
	maker     bool     // who made the component
	loops     bool
}

// flaw is one thing wrong with an expression, with its place in it.
type flaw struct {
	line, column int // from 1
	text         string
}

// condition returns the condition of a text.
func (c *compiler) condition(text string) *condition {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	known, _ := c.done.LoadOrStore(text, &condition{sync.OnceValue(func() compiled { return c.compile(text) })})
	return known.(*condition)
}

// check compiles a condition of a rule that is evaluated on each of the things
// named, and returns what is wrong with it.
func (c *compiler) check(cond *condition, each string) []flaw {
	if cond == nil {
		return nil
	}
	out := cond.compiled()
	if out.flaws != nil {
		return out.flaws
	}
	var flaws []flaw
	for _, name := range []string{varComponent, eachService, eachVulnerability, eachHit, eachComparison, eachCommitment, eachCertificate} {
		if out.uses.variables[name] && c.each[name] != each {
			flaws = append(flaws, flaw{1, 1, fmt.Sprintf("%s is known only in an expression of a rule with each: %s", name, c.each[name])})
		}
	}
	return flaws
}

func (c *compiler) compile(text string) compiled {
	checked, issues := c.env.Compile(text)
	if issues.Err() != nil {
		var flaws []flaw
		for _, e := range issues.Errors() {
			flaws = append(flaws, flaw{e.Location.Line(), e.Location.Column() + 1, e.Message})
		}
		return compiled{flaws: flaws}
	}
	if checked.OutputType() != cel.BoolType {
		return compiled{flaws: []flaw{{1, 1, fmt.Sprintf("gives %s, not bool", checked.OutputType())}}}
	}
	uses := inspect(checked.NativeRep())
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if uses.loops {
		// Without a loop the work is bounded by the length of the expression.
		options = append(options, cel.CostLimit(costLimit))
	}
	program, err := c.env.Program(checked, options...)
	if err != nil {
		return compiled{flaws: []flaw{{1, 1, err.Error()}}}
	}
	return compiled{program: program, uses: uses}
}

// holds evaluates the condition; nil never holds.
func (c *condition) holds(vars cel.Activation) (bool, error) {
	if c == nil {
		return false, nil
	}
	ready := c.compiled()
	if ready.flaws != nil {
		return false, errors.New(ready.flaws[0].text)
	}
	out, _, err := ready.program.Eval(vars)
	if err != nil {
		return false, err
	}
	return out == types.True, nil
}

// patterns are the patterns whose counts the condition reads by name.
func (c *condition) patterns() []string {
	if c == nil {
		return nil
	}
	return c.compiled().uses.patterns
}

func (c *condition) usesMaker() bool { return c != nil && c.compiled().uses.maker }

func (c *condition) usesSupplier() bool {
	if c == nil {
		return false
	}
	uses := c.compiled().uses.variables
	return uses[varSupplier] || uses[varConfidence] || uses["hits"]
}

func inspect(tree *ast.AST) usage {
	uses := usage{variables: map[string]bool{}}
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			uses.variables[e.AsIdent()] = true
		case ast.ComprehensionKind:
			uses.loops = true
		case ast.SelectKind:
			uses.access(e.AsSelect().Operand(), e.AsSelect().FieldName())
		case ast.CallKind:
			call := e.AsCall()
			if call.FunctionName() != operators.Index && call.FunctionName() != operators.In || len(call.Args()) != 2 {
				return
			}
			of, key := call.Args()[0], call.Args()[1]
			if call.FunctionName() == operators.In {
				of, key = key, of
			}
			if key.Kind() == ast.LiteralKind {
				if s, ok := key.AsLiteral().(types.String); ok {
					uses.access(of, string(s))
				}
			}
		}
	}))
	return uses
}

// access notes that a field or key of something is looked at.
func (u *usage) access(of ast.Expr, name string) {
	if of.Kind() != ast.IdentKind {
		return
	}
	switch of.AsIdent() {
	case varPatterns:
		u.patterns = append(u.patterns, name)
	case varComponent:
		u.maker = u.maker || name == "maker" || name == "confidence"
	}
}

// functions are what expressions can call beyond CEL's own.
func functions() []cel.EnvOption {
	str := cel.StringType
	return []cel.EnvOption{
		cel.Function("words", cel.Overload("words_string_string", []*cel.Type{str, str}, cel.BoolType,
			cel.BinaryBinding(func(text, phrase ref.Val) ref.Val {
				return types.Bool(holdsWords(textOf(text), textOf(phrase)))
			}))),
		cel.Function("lower", cel.Overload("lower_string", []*cel.Type{str}, str,
			cel.UnaryBinding(func(text ref.Val) ref.Val { return types.String(strings.ToLower(textOf(text))) }))),
		cel.Function("host", cel.Overload("host_string", []*cel.Type{str}, str,
			cel.UnaryBinding(func(text ref.Val) ref.Val { return types.String(host(textOf(text))) }))),
		cel.Function("public_host", cel.Overload("public_host_string", []*cel.Type{str}, cel.BoolType,
			cel.UnaryBinding(func(text ref.Val) ref.Val { return types.Bool(publicHost(textOf(text))) }))),
		cel.Function("percent", cel.Overload("percent_int_int", []*cel.Type{cel.IntType, cel.IntType}, cel.DoubleType,
			cel.BinaryBinding(percent))),
		// days_since(x) reads the clock of the evaluation, so it is written out
		// as a function of both times.
		cel.Function("@days_between", cel.Overload("days_between_string_timestamp", []*cel.Type{str, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(text, at ref.Val) ref.Val {
				return types.Int(daysSince(textOf(text), at.(types.Timestamp).Time))
			}))),
		cel.Macros(cel.GlobalMacro("days_since", 1, func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			return f.NewCall("@days_between", args[0], f.NewIdent("as_of")), nil
		})),
	}
}

func textOf(v ref.Val) string {
	s, _ := v.(types.String)
	return string(s)
}

func percent(part, whole ref.Val) ref.Val {
	if whole.(types.Int) == 0 {
		return types.NewErr("percent of nothing: none was counted")
	}
	return types.Double(100 * float64(part.(types.Int)) / float64(whole.(types.Int)))
}

// daysSince returns the whole days from a date or RFC 3339 time until at, 0 when
// it is later, and -1 when the text is neither.
func daysSince(text string, at time.Time) int64 {
	t := moment(text)
	if t.IsZero() {
		return -1
	}
	return max(0, int64(at.Sub(t)/(24*time.Hour)))
}

// moment reads a date or an RFC 3339 time; the zero time when it is neither.
func moment(text string) time.Time {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC()
	}
	return netvet.Date(text).Start()
}

// host returns the host name of an address in lower case: a URL, with or
// without its scheme, or the user@host:path of a version control system. It is
// called for every component and parses no more than it must.
func host(address string) string {
	address = strings.TrimSpace(address)
	_, rest, schemed := strings.Cut(address, "://")
	if !schemed {
		if rest = strings.TrimPrefix(address, "//"); !strings.ContainsAny(rest, ".:") || strings.HasPrefix(rest, "/") {
			return ""
		}
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if v6, ok := strings.CutPrefix(rest, "["); ok {
		rest, _, _ = strings.Cut(v6, "]")
		return strings.ToLower(rest)
	}
	if strings.Count(rest, ":") == 1 {
		rest, _, _ = strings.Cut(rest, ":")
	}
	if strings.ContainsAny(rest, " \\<>\"") {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(rest), ".")
}

// privateSuffixes are the endings of names that are not on the public network:
// RFC 6761, 6762, 8375, ICANN's reservation of .internal, and old habits.
func privateSuffixes() []string {
	return []string{".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".intranet", ".test", ".example", ".invalid", ".home.arpa"}
}

// publicHost reports whether an address is one on the public network: not a
// bare name, nor a private, local or reserved one.
func publicHost(address string) bool {
	h := host(address)
	if h == "" {
		h = strings.ToLower(strings.TrimSpace(address))
	}
	if ip, err := netip.ParseAddr(h); err == nil {
		shared := netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
		return ip.IsGlobalUnicast() && !ip.IsPrivate() && !shared.Contains(ip.Unmap())
	}
	if !strings.Contains(h, ".") || strings.ContainsAny(h, " /") {
		return false
	}
	return !slices.ContainsFunc(privateSuffixes(), func(s string) bool { return strings.HasSuffix(h, s) })
}
