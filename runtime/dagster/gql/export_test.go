package gql

import (
	"net/http"

	"github.com/Khan/genqlient/graphql"
)

// SetMaxAnswer bounds the answers of a client.
func (c *Client) SetMaxAnswer(n int64) { c.maxAnswer = n }

// Read takes an answer apart that has a status and a body.
func (c *Client) Read(status int, header http.Header, body []byte, into *graphql.Response) error {
	return c.read(&http.Response{StatusCode: status, Status: http.StatusText(status), Header: header}, body, into)
}
