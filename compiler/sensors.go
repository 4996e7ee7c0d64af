package compiler

import (
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/lang/types"
	"auto/stdlib"
)

// sensor checks a sensor.
func (c *checker) sensor(s *scope, d *ast.Sensor) *Sensor {
	target := c.values.Expr(s, d.For)
	out := &Sensor{Name: d.Name.Name, Decl: d, Every: d.Every.Value, Budget: DefaultBudget}
	if c.values.Fit(target, []types.Type{types.Selection, types.Checks}, "`for`") && target.Type != types.Any {
		out.Keys = c.selected(target, d.For)
	}
	c.lasting(d.Every)
	if d.Body == nil {
		return out
	}
	c.block(s, "sensor", d.Body)
	c.reserved(d.Body)
	out.Tags = c.maps(s, d.Body, stdlib.PolicyFields).Tags
	if budget := clauseOf[*ast.Wait](d.Body, "budget"); budget != nil {
		out.Budget = budget.For.Value
	}
	return out
}

// SensorOf gives the sensor of an asset, or of a check as asset:check: the one that
// selects it, for a check else that of its asset, and else the default one. It gives nil
// where there is no default sensor, because everything with a policy is in another.
func (p *Policies) SensorOf(key string) *Sensor {
	if s := p.sensorOf[key]; s != nil {
		return s
	}
	if i := strings.LastIndexByte(key, ':'); i >= 0 && p.sensorOf[key[:i]] != nil {
		return p.sensorOf[key[:i]]
	}
	return p.sensorNamed(DefaultSensor)
}

func (p *Policies) sensorNamed(name string) *Sensor {
	i := slices.IndexFunc(p.Sensors, func(s *Sensor) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return p.Sensors[i]
}

// sensors gives every asset and check with a policy its sensor, and the policies the tags
// of their sensors. The default sensor comes last where no file declares it, and is left
// out where it has nothing to do.
func (c *checker) sensors(out *Policies) {
	out.sensorOf = map[string]*Sensor{}
	for _, s := range out.Sensors {
		out.join(s, s.Keys)
	}
	for _, s := range out.Sensors {
		c.joinChecks(out, s)
	}
	c.joinRest(out)
	for _, s := range out.Sensors {
		slices.Sort(s.Keys)
	}
	for _, p := range out.Policies {
		for _, key := range p.Keys {
			p.tagIn(out.sensorOf[key])
		}
	}
}

// join gives a sensor those of the keys that none has.
func (p *Policies) join(s *Sensor, keys []string) (joined []string) {
	for _, key := range keys {
		if p.sensorOf[key] == nil {
			p.sensorOf[key] = s
			joined = append(joined, key)
		}
	}
	return joined
}

// joinChecks gives a sensor the checks of its assets.
func (c *checker) joinChecks(out *Policies, s *Sensor) {
	for _, key := range slices.Clone(s.Keys) {
		if asset, ok := c.Graph.Asset(key); ok {
			for _, check := range asset.Checks {
				s.Keys = append(s.Keys, out.join(s, []string{key + ":" + check.Name})...)
			}
		}
	}
}

// joinRest gives the default sensor what has a policy and no sensor.
func (c *checker) joinRest(out *Policies) {
	s := out.sensorNamed(DefaultSensor)
	declared := s != nil
	if !declared {
		s = &Sensor{Name: DefaultSensor, Every: DefaultEvery, Budget: DefaultBudget}
	}
	for _, p := range out.Policies {
		s.Keys = append(s.Keys, out.join(s, p.Keys)...)
	}
	if !declared && len(s.Keys) > 0 {
		out.Sensors = append(out.Sensors, s)
	}
}
