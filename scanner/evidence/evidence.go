// Package evidence collects what sources outside the inputs know about a
// product: for now the lists of authorities that come with the supplier data.
// A collector never reaches the network.
package evidence
