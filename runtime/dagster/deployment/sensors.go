package deployment

// targets are the sensors of what they drive, by place and asset, or asset:check.
type targets map[string][]Sensor

// add takes in the sensors of a repository with what they select.
func (t targets) add(place string, r *repository) {
	sensors := byID(&r.Sensors)
	for _, s := range r.Automated {
		t.choose(place, sensors[s.Id], &s.Selected)
	}
	for _, s := range r.Materialized {
		t.choose(place, sensors[s.Id], &s.Selected)
	}
}

func (t targets) choose(place string, sensor Sensor, selected *Selected) {
	if selected.AssetSelection == nil {
		return
	}
	for _, asset := range selected.AssetSelection.AssetKeys {
		at := place + key(asset.Path)
		t[at] = append(t[at], sensor)
	}
	for _, check := range selected.AssetSelection.AssetChecks {
		at := place + key(check.AssetKey.Path) + ":" + check.Name
		t[at] = append(t[at], sensor)
	}
}

// byID gives the sensors that drive assets by their IDs.
func byID(list *Sensors) map[string]Sensor {
	out := map[string]Sensor{}
	for _, s := range list.Automation {
		out[s.Id] = sensorOf(&s.Drives)
	}
	for _, s := range list.Materialize {
		out[s.Id] = sensorOf(&s.Drives)
	}
	return out
}

func sensorOf(d *Drives) Sensor {
	return Sensor{ID: d.Id, Name: d.Name, Type: string(d.SensorType), Running: d.SensorState.Status == InstigationStatusRunning}
}
