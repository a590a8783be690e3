package scanner

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/netvet/netvet"
)

// scanAnswered scans again with answers to some questions about one product.
func scanAnswered(t *testing.T, s *Scanner, table, id, answer string, rules ...string) *netvet.RegisterProduct {
	t.Helper()
	p := ContextProduct{Match: ContextMatch{ID: id}}
	for _, rule := range rules {
		p.Answers = append(p.Answers, ContextAnswer{Rule: rule, Answer: answer, By: "auditor", Reliability: "audit", Date: netvet.Date(s.AsOf.Format("2006-01-02"))})
	}
	again := *s
	again.Context = &Context{Products: []ContextProduct{p}}
	r := scan(t, &again, in("inventory.csv", table))
	for i := range r.Products {
		if r.Products[i].ID == id {
			return &r.Products[i]
		}
	}
	t.Fatalf("product %s is gone", id)
	return nil
}

const askedTable = `Manufacturer,Model,Serial Number,Category
Cisco Systems,Catalyst 9300,FCW1,switch
"Huawei Technologies Co., Ltd.",S5735,HW1,switch
Nobody Known GmbH,X-1,NK1,server
,Box,B1,server
Micron,7450 PRO,M1,ssd
`

// What a question promises is what its answer gives.
func TestAnswersKeepTheirPromise(t *testing.T) {
	for _, profile := range []string{"cn-ciio", "us-federal", "neutral"} {
		s := testScanner(t, profile)
		r := scan(t, s, in("inventory.csv", askedTable))
		for i := range r.Products {
			p := &r.Products[i]
			for _, q := range p.Questions[:min(len(p.Questions), 2)] {
				good, bad := scanAnswered(t, s, askedTable, p.ID, "clean", q.Rule), scanAnswered(t, s, askedTable, p.ID, "adverse", q.Rule)
				if math.Abs(good.Score-q.ScoreIfGood) > 0.1 || good.Verdict != q.VerdictIfGood {
					t.Errorf("%s: %s %s answered well: %v %s, promised %v %s", profile, *p.Model, q.Rule, good.Score, good.Verdict, q.ScoreIfGood, q.VerdictIfGood)
				}
				if math.Abs(bad.Score-q.ScoreIfBad) > 0.1 || bad.Verdict != q.VerdictIfBad {
					t.Errorf("%s: %s %s answered badly: %v %s, promised %v %s", profile, *p.Model, q.Rule, bad.Score, bad.Verdict, q.ScoreIfBad, q.VerdictIfBad)
				}
			}
		}
	}
}

// The questions marked as needed bring the milder verdict, and one fewer does
// not: the way is no longer than it must be.
func TestNeededAnswersBringTheMilderVerdict(t *testing.T) {
	s := testScanner(t, "cn-ciio")
	table := "Manufacturer,Model,Serial Number,Category\nNobody Known GmbH,X-1,NK1,server\n"
	r := scan(t, s, in("inventory.csv", table))
	p, list := &r.Products[0], r.Questionnaires[0]
	if p.Milder == nil {
		t.Fatalf("a product of which nothing is known has no way to a milder verdict than %s", p.Verdict)
	}
	var needed []string
	for _, q := range list.Questions {
		if q.Needed > 0 {
			needed = append(needed, q.Rule)
		}
	}
	if len(needed) != p.Milder.Answers || list.Milder[p.Milder.Verdict] != 1 {
		t.Fatalf("%d questions are marked as needed and %v counted, want %d", len(needed), list.Milder, p.Milder.Answers)
	}
	good := scanAnswered(t, s, table, p.ID, "clean", needed...)
	if good.Verdict != p.Milder.Verdict || math.Abs(good.Score-p.Milder.Score) > 0.1 {
		t.Errorf("with %d good answers: %v %s, promised %v %s", len(needed), good.Score, good.Verdict, p.Milder.Score, p.Milder.Verdict)
	}
	if fewer := scanAnswered(t, s, table, p.ID, "clean", needed[1:]...); fewer.Verdict != p.Verdict {
		t.Errorf("without %s the verdict is %s already", needed[0], fewer.Verdict)
	}
}

func TestMakersBeyondTheBoundShareAQuestionnaire(t *testing.T) {
	s := testScanner(t, "neutral")
	var b strings.Builder
	b.WriteString("Manufacturer,Model\n")
	const makers = maxInquiries + 50
	for i := range makers {
		fmt.Fprintf(&b, "Maker %d GmbH,Model %d\n", i, i)
	}
	r := scan(t, s, in("inventory.csv", b.String()))
	products, others := 0, 0
	for _, q := range r.Questionnaires {
		products += q.Products
		if q.Others {
			others = q.Products
		}
	}
	if len(r.Questionnaires) != maxInquiries+1 || products != makers || others != 50 {
		t.Errorf("%d questionnaires about %d products, %d of them of other makers", len(r.Questionnaires), products, others)
	}
}
