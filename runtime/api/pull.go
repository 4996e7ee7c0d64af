package api

import (
	"errors"
	"net/http"

	"auto/runtime/dagster/pull"
)

// pull answers the sensor in Dagster that asks what to launch.
func (a *API) pull(c *call) (any, error) {
	if a.Pull == nil {
		return nil, &failure{code: http.StatusConflict, message: "The project's launcher is not `pull`.", help: "Write `launcher: {type: pull}` into the project file, or remove the sensor from Dagster."}
	}
	var asked pull.Asked
	wrong := ""
	if err := strict(c.body, &asked); err != nil {
		wrong = err.Error()
	} else {
		wrong = incomplete(asked)
	}
	if wrong != "" {
		return nil, &failure{code: http.StatusBadRequest, message: wrong, help: "Use `auto_sensor` of the Python package auto_dagster in the version of this auto."}
	}
	offer, err := a.Pull(c.Context(), asked)
	var taken *pull.TakenError
	if errors.As(err, &taken) {
		return nil, &failure{code: http.StatusConflict, message: taken.Error(), help: taken.Help()}
	}
	return offer, err
}

// incomplete says what is left out of who asks, or of what is not taken and why; "" for
// nothing.
func incomplete(asked pull.Asked) string {
	s := asked.Sensor
	if s.Instance == "" || s.Location == "" || s.Repository == "" || s.Name == "" || s.Every < 0 {
		return "The body does not say which sensor asks."
	}
	if asked.Limit < 0 {
		return "The `limit` is less than 0."
	}
	for _, r := range asked.Refused {
		if r.ID == "" || r.Reason == "" {
			return "A refusal lacks its `id` or its `reason`."
		}
	}
	return ""
}
