// Package evidence collects what sources outside the inputs know about a
// product: the lists of authorities that come with the supplier data, and the
// known vulnerabilities of the offline data. A collector never reaches the network.
package evidence
