package launcher

import (
	"context"

	"auto/runtime/dagster/gql"

	"github.com/Khan/genqlient/graphql"
)

// heard is a client that tells of calls that are lost.
type heard struct {
	graphql.Client
	lost func()
}

// MakeRequest implements graphql.Client.
func (h heard) MakeRequest(ctx context.Context, ask *graphql.Request, answer *graphql.Response) error {
	err := h.Client.MakeRequest(ctx, ask, answer)
	if err != nil && gql.KindOf(err) == gql.Lost {
		h.lost()
	}
	return err
}
