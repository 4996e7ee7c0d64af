package scenario

import "auto/runtime/yamldoc"

func expect(m *yamldoc.Map) *Expect {
	defer m.Close()
	e := &Expect{At: m.Place(), Error: m.Text("error"), Requested: subsets(m, "requested")}
	if m.Node("runs") != nil {
		e.Runs = []RunRequest{}
	}
	for _, n := range m.Items("runs") {
		e.Runs = append(e.Runs, runRequest(m.Map(n, "a run")))
	}
	if n := m.Node("evaluations"); n != nil {
		e.Evaluations = evaluations(m.Map(n, "`evaluations`"))
	}
	e.launchParts(m)
	return e
}

// says reports whether the block states anything; one that does not compares nothing.
func (e *Expect) says() bool {
	return e.Error != "" || e.Requested != nil || e.Runs != nil || e.Evaluations != nil ||
		e.Launched != nil || e.Owed != nil || e.Dropped != nil || e.Halted != nil
}

func runRequest(m *yamldoc.Map) RunRequest {
	defer m.Close()
	return RunRequest{Assets: m.Texts("assets"), Checks: keys(m, "checks"), Partitions: keys(m, "partitions")}
}

func evaluations(m *yamldoc.Map) map[string]*Evaluation {
	out := map[string]*Evaluation{}
	for _, key := range m.Names() {
		if n := m.Node(key); n != nil {
			out[key] = evaluation(m.Map(n, "a node"))
		}
	}
	return out
}

func evaluation(m *yamldoc.Map) *Evaluation {
	defer m.Close()
	m.Require("node", "missing")
	e := &Evaluation{Node: m.Text("node"), Label: m.Text("label"), Subset: subset(m, "subset")}
	for _, n := range m.Items("children") {
		e.Children = append(e.Children, evaluation(m.Map(n, "a node")))
	}
	return e
}
