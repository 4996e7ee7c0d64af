package deployment

// Short names of what genqlient generates for queries.graphql.
type (
	// repository is a repository as it is told with all that it defines.
	repository = DefinitionsWorkspaceOrErrorWorkspaceLocationEntriesWorkspaceLocationEntryLocationOrLoadErrorRepositoryLocationRepositoriesRepository
	// loadedLocation is a code location that is loaded.
	loadedLocation = DefinitionsWorkspaceOrErrorWorkspaceLocationEntriesWorkspaceLocationEntryLocationOrLoadErrorRepositoryLocation
	// locationError is why one is not.
	locationError = DefinitionsWorkspaceOrErrorWorkspaceLocationEntriesWorkspaceLocationEntryLocationOrLoadErrorPythonError
	// dimensionKeys is keys of a dimension, the only one of most definitions.
	dimensionKeys = PartitionKeysAssetNodesAssetNodePartitionKeysByDimensionDimensionPartitionKeys
	// partitionsText is what GraphQL tells of a partitions definition.
	partitionsText = DefinitionsAssetNodesAssetNodePartitionDefinition
	// mappingTold is what GraphQL tells of a mapping.
	mappingTold = DefinitionsAssetNodesAssetNodeDependenciesAssetDependencyPartitionMapping
	// checksAnswer is the checks of an asset, or why they are not told.
	checksAnswer = DefinitionsAssetNodesAssetNodeAssetChecksOrError
	// changedLocation is a code location that is loaded, with its sensors.
	changedLocation = ChangesWorkspaceOrErrorWorkspaceLocationEntriesWorkspaceLocationEntryLocationOrLoadErrorRepositoryLocation
	// workspace is the workspace with all that is defined.
	workspace = DefinitionsWorkspaceOrErrorWorkspace
	// node is an asset as it is told.
	node = DefinitionsAssetNodesAssetNode
)
