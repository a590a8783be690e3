package report

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/netvet/netvet"
)

// QuestionFormat writes questionnaires in one form.
type QuestionFormat struct {
	Name  string // the word for -o
	Title string // for people
	Write func(w io.Writer, q *Questions) error
}

// QuestionFormats lists all forms; the first is the default.
func QuestionFormats() []QuestionFormat {
	return []QuestionFormat{
		{Name: "md", Title: "Markdown, a page a maker, to send", Write: writeQuestionsMarkdown},
		{Name: "csv", Title: "one row a question, with empty cells for the answers, safe to open in a spreadsheet", Write: writeQuestionsCSV},
		{Name: "yaml", Title: "entries for netvet.yaml with the answers left empty: fill in, paste, scan again", Write: writeQuestionsYAML},
	}
}

// Questions is what to ask of whom, chosen from a register.
type Questions struct {
	Register *netvet.Register
	Lists    []QuestionList

	asked    map[string]netvet.AskedQuestion // by rule
	products map[string]string               // how each is named, by id
}

// QuestionList is a questionnaire, shortened.
type QuestionList struct {
	netvet.Questionnaire
	Product    string // id, when it is about one product alone
	Dropped    int    // questions left out because they move too little
	NeededLeft int    // of them, those that a milder verdict needs
}

// Choice says which questions to ask.
type Choice struct {
	Supplier  string  // id, or the maker as written; empty: all
	Product   string  // id; empty: all
	Max       int     // questions to each maker; 0: no bound
	MinPoints float64 // a question that can move no verdict must be able to move so much
}

// Ask chooses questions from the register: those that can move a verdict, alone
// or with others, and those that can move a score by MinPoints, the most telling
// first, at most Max of them.
func Ask(r *netvet.Register, c Choice) (*Questions, error) {
	lists, err := questionLists(r, c)
	if err != nil {
		return nil, err
	}
	q := &Questions{Register: r, asked: map[string]netvet.AskedQuestion{}, products: map[string]string{}}
	for _, a := range r.Asked {
		q.asked[a.Rule] = a
	}
	for i := range r.Products {
		p := &r.Products[i]
		q.products[p.ID] = title(p) + " (" + p.ID + ")"
	}
	for _, list := range lists {
		q.Lists = append(q.Lists, list.shortened(c))
	}
	return q, nil
}

func questionLists(r *netvet.Register, c Choice) ([]QuestionList, error) {
	if c.Product != "" {
		for i := range r.Products {
			if p := &r.Products[i]; p.ID == c.Product {
				return []QuestionList{productQuestions(p)}, nil
			}
		}
		return nil, fmt.Errorf("the register has no product %q", c.Product)
	}
	var out []QuestionList
	for _, q := range r.Questionnaires {
		if c.Supplier == "" || c.Supplier == text(q.Supplier) || strings.EqualFold(c.Supplier, q.Name) || c.Supplier == nobody && q.Name == "" && !q.Others {
			out = append(out, QuestionList{Questionnaire: q})
		}
	}
	switch {
	case len(r.Questionnaires) == 0 && len(r.Products) > 0:
		return nil, fmt.Errorf("the register has no questionnaires: an older netvet wrote it, scan again")
	case len(out) == 0 && c.Supplier != "":
		return nil, fmt.Errorf("no questions to %q in the register: give the id of a supplier or the maker as written, both are in netvet questions without --supplier", c.Supplier)
	}
	return out, nil
}

// productQuestions is what to ask about one product: its own best questions.
func productQuestions(p *netvet.RegisterProduct) QuestionList {
	q := QuestionList{Product: p.ID, Questionnaire: netvet.Questionnaire{Name: text(p.Manufacturer), Products: 1}}
	if p.Supplier != nil {
		q.Supplier, q.Name = &p.Supplier.ID, p.Supplier.Name
	}
	for _, x := range p.Questions {
		points := x.ScoreIfBad - x.ScoreIfGood
		item := netvet.QuestionnaireItem{Rule: x.Rule, Products: 1, Examples: []string{p.ID}, Points: points, MaxPoints: points, Score: p.Score,
			ScoreIfGood: x.ScoreIfGood, ScoreIfBad: x.ScoreIfBad, VerdictIfGood: x.VerdictIfGood, VerdictIfBad: x.VerdictIfBad}
		if x.VerdictIfBad.Rank() > p.Verdict.Rank() {
			item.Worsens = 1
		}
		q.Questions = append(q.Questions, item)
	}
	return q
}

func (l QuestionList) shortened(c Choice) QuestionList {
	all := l.Questions
	l.Questions = nil
	l.Dropped = l.Left
	for _, item := range all {
		moves := item.Needed > 0 || item.Worsens > 0
		if (moves || item.MaxPoints >= c.MinPoints) && (c.Max == 0 || len(l.Questions) < c.Max) {
			l.Questions = append(l.Questions, item)
			continue
		}
		l.Dropped++
		if item.Needed > 0 {
			l.NeededLeft++
		}
	}
	return l
}

// nobody stands for the maker of products that name none.
const nobody = "not stated"

// title names who is asked.
func (l *QuestionList) title() string {
	switch {
	case l.Others:
		return "all other makers"
	case l.Supplier != nil:
		return l.Name + " (" + *l.Supplier + ")"
	}
	return cmp.Or(l.Name, nobody)
}

// ask finds the text of a question.
func (q *Questions) ask(rule string) netvet.AskedQuestion {
	if a, ok := q.asked[rule]; ok {
		return a
	}
	return netvet.AskedQuestion{Rule: rule}
}

// product names an example.
func (q *Questions) product(id string) string {
	return cmp.Or(q.products[id], id)
}

// about says which products a question concerns.
func (q *Questions) about(item *netvet.QuestionnaireItem) string {
	names := make([]string, len(item.Examples))
	for i, id := range item.Examples {
		names[i] = q.product(id)
	}
	such := ": "
	if item.Products > len(names) {
		such = ", such as "
	}
	return Count(item.Products, "product") + such + strings.Join(names, "; ")
}

func cited(cites []netvet.Citation) string {
	return joined(cites, func(c netvet.Citation) string { return strings.TrimSpace(c.Instrument + " " + c.Clause) })
}

// options are the answers to choose from, with what each means for the product.
func options(good string) string {
	if good == "no" {
		return "no (speaks for the product); yes (speaks against it); unknown"
	}
	return "yes (speaks for the product); no (speaks against it); unknown"
}

// proof is what an answer should rest on, best first: words for reliability.
const proof = "attestation (signed), audit (report of a third party), document, self-attested (counts least)"

func writeQuestionsCSV(w io.Writer, q *Questions) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write([]string{"profile", "as_of", "supplier", "maker", "no", "rule", "factor", "question", "question_zh", "why", "why_zh", "cites",
		"products", "examples", "points", "max_points", "score", "score_if_good", "score_if_bad", "verdict_if_good", "verdict_if_bad",
		"needed_by", "worsens", "options", "proof_wanted", "answer", "in_words", "by", "reliability", "date", "document"}); err != nil {
		return err
	}
	for i := range q.Lists {
		l := &q.Lists[i]
		for n := range l.Questions {
			item := &l.Questions[n]
			a := q.ask(item.Rule)
			cells := []string{q.Register.Profile, q.Register.AsOf, text(l.Supplier), cmp.Or(l.Name, map[bool]string{true: "all other makers"}[l.Others], nobody),
				strconv.Itoa(n + 1), item.Rule, string(a.Factor), a.Question.EN, a.Question.ZH, a.Title.EN, a.Title.ZH, cited(a.Citations),
				strconv.Itoa(item.Products), joined(item.Examples, q.product), decimal(item.Points), decimal(item.MaxPoints), decimal(item.Score),
				decimal(item.ScoreIfGood), decimal(item.ScoreIfBad), string(item.VerdictIfGood), string(item.VerdictIfBad),
				strconv.Itoa(item.Needed), strconv.Itoa(item.Worsens), options(a.Good), proof, "", "", "", "", "", ""}
			if err := out.Write(safe(cells)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func writeQuestionsMarkdown(w io.Writer, q *Questions) error {
	out := bufio.NewWriter(w)
	day, _, _ := strings.Cut(q.Register.AsOf, "T")
	fmt.Fprintf(out, "# Questions about products\n\nProfile %s, as of %s. %s\n", inert(q.Register.Profile), inert(day), inert(q.Register.Notice))
	for i := range q.Lists {
		q.markdown(out, &q.Lists[i])
	}
	return out.Flush()
}

func (q *Questions) markdown(out io.Writer, l *QuestionList) {
	fmt.Fprintf(out, "\n## %s: %s about %s\n", inert(l.title()), Count(len(l.Questions), "question"), Count(l.Products, "product"))
	for _, v := range netvet.Verdicts() {
		if n := l.Milder[v]; n > 0 {
			fmt.Fprintf(out, "\nGood answers to all questions marked “needed” would bring %s to %s.\n", Count(n, "product"), v)
		}
	}
	if l.NeededLeft > 0 {
		fmt.Fprintf(out, "\nOf those, %s not asked here; --max 0 asks them all.\n", isOrAre(l.NeededLeft))
	}
	for n := range l.Questions {
		q.markdownItem(out, n+1, &l.Questions[n])
	}
	if l.Dropped > 0 {
		fmt.Fprintf(out, "\nNot asked, because they move less: %s.\n", Count(l.Dropped, "open question"))
	}
}

func isOrAre(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

func (q *Questions) markdownItem(out io.Writer, n int, item *netvet.QuestionnaireItem) {
	a := q.ask(item.Rule)
	fmt.Fprintf(out, "\n### %d. %s\n\n", n, inert(cmp.Or(a.Question.EN, item.Rule)))
	if a.Question.ZH != "" {
		fmt.Fprintf(out, "%s\n\n", inert(a.Question.ZH))
	}
	line := func(label, text string) { fmt.Fprintf(out, "- %s: %s\n", label, text) }
	line("Why asked", inert(strings.TrimSuffix(cmp.Or(a.Title.EN, "-")+" / "+a.Title.ZH, " / "))+" ("+inert(item.Rule)+")")
	if len(a.Citations) > 0 {
		line("Law", inert(cited(a.Citations)))
	}
	line("About", inert(q.about(item)))
	line("What the answer does", inert(q.effect(item)))
	line("Answer", inert(options(a.Good))+": `          `")
	line("In words", "`          `")
	line("Proof, best first", inert(proof)+": `          `")
	line("Given by, date, document", "`          `")
}

// effect says what the best and the worst answer would do.
func (q *Questions) effect(item *netvet.QuestionnaireItem) string {
	of := ""
	if item.Products > 1 {
		of = " (" + item.Examples[0] + ")"
	}
	s := fmt.Sprintf("score %.1f now%s; %.1f and %s if answered well, %.1f and %s if badly", item.Score, of,
		item.ScoreIfGood, item.VerdictIfGood, item.ScoreIfBad, item.VerdictIfBad)
	if item.Needed > 0 {
		s += "; needed for a milder verdict of " + Count(item.Needed, "product")
	}
	if item.Worsens > 0 {
		s += "; a bad answer alone raises the verdict of " + Count(item.Worsens, "product")
	}
	return s
}

// inert writes foreign text so that Markdown and HTML read it as text.
func inert(s string) string {
	var b strings.Builder
	for _, r := range Visible(s) {
		if strings.ContainsRune("\\`*_[]<>#|~&!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// writeQuestionsYAML writes entries of a context with empty answers. An answer
// that stays empty counts as none.
func writeQuestionsYAML(w io.Writer, q *Questions) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "# Answers for netvet.yaml: fill in answer, reliability and date; what stays empty counts as not answered.")
	fmt.Fprintln(out, "# answer: yes, no or unknown. reliability: attestation, audit, document or self-attested. date: YYYY-MM-DD.")
	fmt.Fprintln(out, "products:")
	for i := range q.Lists {
		l := &q.Lists[i]
		for _, match := range q.matches(l) {
			fmt.Fprintf(out, "  - match: %s # %s\n    answers:\n", match, Visible(l.title()))
			for n := range l.Questions {
				item := &l.Questions[n]
				a := q.ask(item.Rule)
				fmt.Fprintf(out, "      # %d. %s\n", n+1, Visible(a.Question.EN))
				if a.Question.ZH != "" {
					fmt.Fprintf(out, "      #    %s\n", Visible(a.Question.ZH))
				}
				fmt.Fprintf(out, "      #    %s speaks for the product; %s\n", cmp.Or(a.Good, "yes"), Visible(q.effect(item)))
				fmt.Fprintf(out, "      - {rule: %s, answer: , by: , reliability: , date: , document: }\n", strconv.Quote(item.Rule))
			}
		}
	}
	return out.Flush()
}

// matches are the words of a context that choose the products of a list: one
// for those of a maker, one a product where no maker is stated.
func (q *Questions) matches(l *QuestionList) []string {
	one := func(key, value string) []string { return []string{fmt.Sprintf("{%s: %s}", key, yamlText(value))} }
	switch {
	case len(l.Questions) == 0:
		return nil
	case l.Product != "":
		return one("id", l.Product)
	case l.Supplier != nil:
		return one("supplier", *l.Supplier)
	case l.Name != "":
		return one("manufacturer", escapePattern(l.Name))
	case l.Others:
		return nil // no words choose just these
	}
	var out []string
	for i := range q.Register.Products {
		if p := &q.Register.Products[i]; p.Supplier == nil && p.Manufacturer == nil {
			out = append(out, one("id", p.ID)...)
		}
	}
	return out
}

// yamlText is a double-quoted scalar: the escapes of Go that strconv.Quote uses
// are those of YAML.
func yamlText(s string) string { return strconv.QuoteToGraphic(strings.ToValidUTF8(s, "\uFFFD")) }

// escapePattern makes a name match itself alone.
func escapePattern(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}
