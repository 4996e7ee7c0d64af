package gql

// SetMaxAnswer bounds the answers of a client.
func (c *Client) SetMaxAnswer(n int64) { c.maxAnswer = n }
