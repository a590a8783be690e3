package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/netvet/netvet"
	"github.com/netvet/netvet/sbom"
)

// productSource names --product where an input would be named.
const productSource = "--product"

// productInput makes an input of the rows given with --product, one a line.
func productInput(rows []string) sbom.Input {
	text := strings.Join(rows, "\n")
	return sbom.Input{Name: productSource, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// productFormat reads what productInput holds. No file is ever taken for it.
func productFormat() sbom.Format {
	return sbom.Format{
		Name: "product", Title: "a product given on the command line", Expect: "--product 'maker=...,model=...'", Rows: true,
		Detect: func(s sbom.Sample) float64 {
			if s.Name == productSource {
				return 1
			}
			return 0
		},
		Read: readProducts,
	}
}

func readProducts(_ context.Context, src *sbom.Stream, emit func(sbom.Record) error) (sbom.Info, error) {
	text, err := io.ReadAll(src.Reader)
	if err != nil {
		return sbom.Info{}, err
	}
	for i, row := range strings.Split(string(text), "\n") {
		p, err := sbom.ParseProduct(row)
		if err != nil {
			return sbom.Info{}, err
		}
		p.Sources = []netvet.Source{{Input: productSource, Record: fmt.Sprintf("row %d", i+1)}}
		for _, r := range []sbom.Record{sbom.ProductStart{Product: p}, sbom.ProductEnd{Product: p}} {
			if err := emit(r); err != nil {
				return sbom.Info{}, err
			}
		}
	}
	return sbom.Info{}, nil
}
