package sbom

import "slices"

// graph is a list of directed edges between numbered nodes.
type graph struct {
	edges [][2]int32
	more  int // edges left out
}

func (g *graph) add(from, to int32) {
	if len(g.edges) >= maxEdges || from < 0 || to < 0 {
		g.more++
		return
	}
	g.edges = append(g.edges, [2]int32{from, to})
}

// findCycle returns the nodes of one circle of at least two in a graph of n nodes,
// in order and ending before the first comes again; nil when there is none. That
// something depends on itself says nothing and counts as no circle. It looks at
// every edge once and keeps its own stack, so deep and wide graphs are harmless.
func findCycle(n int, edges [][2]int32) []int32 {
	if len(edges) == 0 {
		return nil
	}
	slices.SortFunc(edges, func(a, b [2]int32) int { return int(a[0]) - int(b[0]) })
	first := make([]int32, n+1) // of the edges that leave a node
	for _, e := range edges {
		first[e[0]+1]++
	}
	for i := range n {
		first[i+1] += first[i]
	}
	const (
		fresh = iota
		open  // on the path
		done
	)
	state := make([]uint8, n)
	next := slices.Clone(first[:n])
	var path []int32
	for root := range int32(n) {
		if state[root] != fresh {
			continue
		}
		path = append(path[:0], root)
		state[root] = open
		for len(path) > 0 {
			at := path[len(path)-1]
			if next[at] == first[at+1] {
				state[at] = done
				path = path[:len(path)-1]
				continue
			}
			to := edges[next[at]][1]
			next[at]++
			switch {
			case state[to] == open && to != at:
				return slices.Clone(path[slices.Index(path, to):])
			case state[to] == fresh:
				state[to] = open
				path = append(path, to)
			}
		}
	}
	return nil
}
