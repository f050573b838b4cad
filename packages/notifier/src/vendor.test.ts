// Each vendor's environment, in the form its documentation gives, and what is read from it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pipelineReport } from './pipeline-report.ts'
import { renderReport } from './render-report.ts'
import { detect, type Pipeline, type Variables } from './vendor.ts'
import { vendors } from './vendors.ts'

const hash = '0123456789abcdef0123456789abcdef01234567'
const before = 'fedcba9876543210fedcba9876543210fedcba98'

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://forge.example',
  GITHUB_REPOSITORY: 'team/project',
  GITHUB_RUN_ID: '77',
  GITHUB_RUN_NUMBER: '5',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_WORKFLOW: 'Tests',
  GITHUB_REF: 'refs/heads/feature/x',
  GITHUB_REF_TYPE: 'branch',
  GITHUB_SHA: hash,
}
const githubRead: Partial<Pipeline> = {
  id: '77',
  name: 'Tests #5',
  url: 'https://forge.example/team/project/actions/runs/77',
  repository: 'team/project',
  ref: { kind: 'branch', name: 'feature/x' },
  commit: hash,
}

const fixtures: Readonly<Record<string, { variables: Variables; read: Partial<Pipeline> }>> = {
  'Forgejo Actions': { variables: { ...github, FORGEJO_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, read: githubRead },
  'Gitea Actions': { variables: { ...github, GITEA_ACTIONS: 'true' }, read: githubRead },
  'GitHub Actions': { variables: github, read: githubRead },
  'GitLab CI': {
    variables: {
      GITLAB_CI: 'true',
      CI_PIPELINE_ID: '9',
      CI_PIPELINE_IID: '3',
      CI_PIPELINE_URL: 'https://gitlab.example/g/p/-/pipelines/9',
      CI_PROJECT_PATH: 'g/p',
      CI_PROJECT_URL: 'https://gitlab.example/g/p',
      CI_COMMIT_SHA: hash,
      CI_COMMIT_BEFORE_SHA: before,
      CI_COMMIT_REF_NAME: 'main',
      CI_COMMIT_AUTHOR: 'Ada L <ada@example.org>',
      CI_COMMIT_TITLE: 'Fix',
      CI_JOB_NAME: 'unit',
      CI_JOB_STATUS: 'canceled',
      CI_PIPELINE_CREATED_AT: '2026-01-02T03:04:05Z',
    },
    read: {
      id: '9',
      name: 'Pipeline #3',
      repository: 'g/p',
      ref: { kind: 'branch', name: 'main' },
      before,
      author: 'Ada L',
      email: 'ada@example.org',
      job: 'unit',
      status: 'cancelled',
      startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    },
  },
  Woodpecker: {
    variables: {
      CI: 'woodpecker',
      CI_PIPELINE_NUMBER: '8',
      CI_PIPELINE_URL: 'https://ci.example/repos/1/pipeline/8',
      CI_REPO: 'o/r',
      CI_COMMIT_BRANCH: 'main',
      CI_COMMIT_SHA: hash,
      CI_PIPELINE_STATUS: 'success',
      CI_PREV_PIPELINE_STATUS: 'failure',
      CI_PIPELINE_STARTED: '1700000000',
    },
    read: { id: '8', repository: 'o/r', status: 'passed', previous: 'failed', startedAt: 1_700_000_000_000 },
  },
  Drone: {
    variables: {
      DRONE: 'true',
      DRONE_BUILD_NUMBER: '4',
      DRONE_BUILD_LINK: 'https://drone.example/o/r/4',
      DRONE_REPO: 'o/r',
      DRONE_TAG: 'v1',
      DRONE_COMMIT_SHA: hash,
      DRONE_BUILD_STATUS: 'failure',
    },
    read: { id: '4', name: 'Build #4', ref: { kind: 'tag', name: 'v1' }, status: 'failed' },
  },
  Jenkins: {
    variables: {
      JENKINS_URL: 'https://jenkins.example/',
      BUILD_TAG: 'jenkins-p-12',
      BUILD_NUMBER: '12',
      JOB_NAME: 'p',
      BUILD_URL: 'https://jenkins.example/job/p/12/',
      GIT_URL: 'git@git.example:o/r.git',
      GIT_BRANCH: 'origin/main',
      GIT_COMMIT: hash,
    },
    read: { id: 'jenkins-p-12', name: 'p #12', repository: 'o/r', ref: { kind: 'branch', name: 'main' } },
  },
  CircleCI: {
    variables: {
      CIRCLECI: 'true',
      CIRCLE_WORKFLOW_ID: 'w',
      CIRCLE_BUILD_NUM: '6',
      CIRCLE_BUILD_URL: 'https://circleci.com/gh/o/r/6',
      CIRCLE_PROJECT_USERNAME: 'o',
      CIRCLE_PROJECT_REPONAME: 'r',
      CIRCLE_PULL_REQUEST: 'https://github.com/o/r/pull/31',
      CIRCLE_SHA1: hash,
    },
    read: { id: 'w', repository: 'o/r', ref: { kind: 'request', name: '#31', url: 'https://github.com/o/r/pull/31' } },
  },
  Buildkite: {
    variables: {
      BUILDKITE: 'true',
      BUILDKITE_BUILD_ID: 'b',
      BUILDKITE_BUILD_NUMBER: '2',
      BUILDKITE_PIPELINE_NAME: 'Main',
      BUILDKITE_REPO: 'https://git.example/o/r.git',
      BUILDKITE_BRANCH: 'main',
      BUILDKITE_PULL_REQUEST: 'false',
      BUILDKITE_COMMAND_EXIT_STATUS: '1',
    },
    read: { id: 'b', name: 'Main #2', repository: 'o/r', ref: { kind: 'branch', name: 'main' }, status: 'failed' },
  },
  'Travis CI': {
    variables: {
      TRAVIS: 'true',
      TRAVIS_BUILD_ID: 't',
      TRAVIS_BUILD_NUMBER: '1',
      TRAVIS_REPO_SLUG: 'o/r',
      TRAVIS_BRANCH: 'main',
      TRAVIS_PULL_REQUEST: 'false',
      TRAVIS_COMMIT_RANGE: `${before}...${hash}`,
      TRAVIS_TEST_RESULT: '0',
    },
    read: { id: 't', ref: { kind: 'branch', name: 'main' }, before, status: 'passed' },
  },
  'Azure Pipelines': {
    variables: {
      TF_BUILD: 'True',
      BUILD_BUILDID: '55',
      BUILD_BUILDNUMBER: '20260102.1',
      BUILD_DEFINITIONNAME: 'CI',
      SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: 'https://dev.azure.com/o/',
      SYSTEM_TEAMPROJECT: 'my project',
      BUILD_SOURCEBRANCH: 'refs/heads/main',
      AGENT_JOBSTATUS: 'Succeeded',
    },
    read: {
      id: '55',
      name: 'CI #20260102.1',
      url: 'https://dev.azure.com/o/my%20project/_build/results?buildId=55',
      status: 'passed',
    },
  },
  'Bitbucket Pipelines': {
    variables: {
      BITBUCKET_BUILD_NUMBER: '3',
      BITBUCKET_GIT_HTTP_ORIGIN: 'https://bitbucket.org/o/r',
      BITBUCKET_REPO_FULL_NAME: 'o/r',
      BITBUCKET_BRANCH: 'main',
      BITBUCKET_EXIT_CODE: '1',
    },
    read: { id: '3', url: 'https://bitbucket.org/o/r/pipelines/results/3', status: 'failed' },
  },
  TeamCity: {
    variables: {
      TEAMCITY_VERSION: '2026.1',
      BUILD_NUMBER: '7',
      TEAMCITY_BUILDCONF_NAME: 'Build',
      BUILD_VCS_NUMBER: hash,
    },
    read: { id: '7', name: 'Build #7', commit: hash },
  },
  AppVeyor: {
    variables: {
      APPVEYOR: 'True',
      APPVEYOR_BUILD_ID: '1',
      APPVEYOR_BUILD_NUMBER: '2',
      APPVEYOR_URL: 'https://ci.appveyor.com',
      APPVEYOR_ACCOUNT_NAME: 'a',
      APPVEYOR_PROJECT_SLUG: 's',
      APPVEYOR_REPO_NAME: 'o/r',
      APPVEYOR_REPO_BRANCH: 'main',
    },
    read: { id: '1', url: 'https://ci.appveyor.com/project/a/s/builds/1', repository: 'o/r' },
  },
  'SourceHut builds': {
    variables: {
      CI_NAME: 'sourcehut',
      JOB_ID: '5',
      JOB_URL: 'https://builds.sr.ht/~a/job/5',
      GIT_REF: 'refs/heads/main',
    },
    read: { id: '5', url: 'https://builds.sr.ht/~a/job/5', ref: { kind: 'branch', name: 'main' } },
  },
  'Cirrus CI': {
    variables: { CIRRUS_CI: 'true', CIRRUS_BUILD_ID: '6', CIRRUS_REPO_FULL_NAME: 'o/r', CIRRUS_PR: '12' },
    read: { id: '6', url: 'https://cirrus-ci.com/build/6', ref: { kind: 'request', name: '#12', url: undefined } },
  },
  'AWS CodeBuild': {
    variables: {
      CODEBUILD_BUILD_ARN: 'arn:aws:codebuild:x',
      CODEBUILD_BUILD_ID: 'project:uuid',
      CODEBUILD_BUILD_NUMBER: '8',
      CODEBUILD_SOURCE_REPO_URL: 'https://github.com/o/r.git',
      CODEBUILD_WEBHOOK_HEAD_REF: 'refs/heads/main',
      CODEBUILD_BUILD_SUCCEEDING: '1',
    },
    read: { name: 'project #8', repository: 'o/r', ref: { kind: 'branch', name: 'main' }, status: 'passed' },
  },
  Semaphore: {
    variables: {
      SEMAPHORE: 'true',
      SEMAPHORE_PIPELINE_ID: 'p',
      SEMAPHORE_WORKFLOW_ID: 'w',
      SEMAPHORE_ORGANIZATION_URL: 'https://o.semaphoreci.com',
      SEMAPHORE_GIT_REPO_SLUG: 'o/r',
      SEMAPHORE_GIT_BRANCH: 'main',
      SEMAPHORE_PIPELINE_RESULT: 'failed',
    },
    read: { id: 'p', url: 'https://o.semaphoreci.com/workflows/w?pipeline_id=p', status: 'failed' },
  },
  Bamboo: {
    variables: { bamboo_planKey: 'P', bamboo_buildResultKey: 'P-1', bamboo_planName: 'Plan', bamboo_buildNumber: '1' },
    read: { id: 'P-1', name: 'Plan #1' },
  },
  Vela: {
    variables: { VELA: 'true', VELA_BUILD_NUMBER: '3', VELA_REPO_FULL_NAME: 'o/r', VELA_BUILD_STATUS: 'success' },
    read: { id: '3', repository: 'o/r', status: 'passed' },
  },
  Codefresh: {
    variables: { CF_BUILD_ID: 'c', CF_PIPELINE_NAME: 'pipe', CF_REPO_OWNER: 'o', CF_REPO_NAME: 'r', CF_BRANCH: 'main' },
    read: { id: 'c', name: 'pipe', repository: 'o/r' },
  },
  Concourse: {
    variables: {
      ATC_EXTERNAL_URL: 'https://c.example',
      BUILD_ID: '9',
      BUILD_PIPELINE_NAME: 'p',
      BUILD_JOB_NAME: 'j',
      BUILD_NAME: '2',
    },
    read: { id: '9', name: 'p/j #2', url: 'https://c.example/builds/9' },
  },
}

/** First line of what a room is told. */
const headlines: Readonly<Record<string, string>> = {
  'Forgejo Actions': '🟡 team/project: Tests #5 is running on feature/x',
  'Gitea Actions': '🟡 team/project: Tests #5 is running on feature/x',
  'GitHub Actions': '🟡 team/project: Tests #5 is running on feature/x',
  'GitLab CI': '⚪ g/p: Pipeline #3 was cancelled on main',
  Woodpecker: '✅ o/r: Pipeline #8 passed on main',
  Drone: '❌ o/r: Build #4 failed on tag v1',
  Jenkins: '🟡 o/r: p #12 is running on main',
  CircleCI: '🟡 o/r: Build #6 is running on request #31',
  Buildkite: '❌ o/r: Main #2 failed on main',
  'Travis CI': '✅ o/r: Build #1 passed on main',
  'Azure Pipelines': '✅ CI #20260102.1 passed on main',
  'Bitbucket Pipelines': '❌ o/r: Pipeline #3 failed on main',
  TeamCity: '🟡 Build #7 is running',
  AppVeyor: '🟡 o/r: Build #2 is running on main',
  'SourceHut builds': '🟡 Job #5 is running on main',
  'Cirrus CI': '🟡 o/r: Build is running on request #12',
  'AWS CodeBuild': '✅ o/r: project #8 passed on main',
  Semaphore: '❌ o/r: Workflow failed on main',
  Bamboo: '🟡 Plan #1 is running',
  Vela: '✅ o/r: Build #3 passed',
  Codefresh: '🟡 o/r: pipe is running on main',
  Concourse: '🟡 p/j #2 is running',
}

describe('the environment of', () => {
  for (const [name, { variables, read }] of Object.entries(fixtures))
    test(name, async () => {
      const found = detect(variables)
      assert.equal(found?.vendor, name)
      const pipeline = found.pipeline as unknown as Readonly<Record<string, unknown>>
      for (const [field, value] of Object.entries(read)) {
        const actual = field === 'ref' ? JSON.parse(JSON.stringify(pipeline[field])) : pipeline[field]
        assert.deepEqual(actual, field === 'ref' ? JSON.parse(JSON.stringify(value)) : value, field)
      }
      const report = await pipelineReport({ variables, repository: '/nowhere', given: {} })
      assert.equal(renderReport(report).body.split('\n')[0], headlines[name])
    })

  test('every vendor has a fixture', () => {
    assert.deepEqual(vendors.map(({ name }) => name).toSorted(), Object.keys(fixtures).toSorted())
  })

  test('no vendor is no CI', () => assert.equal(detect({ PATH: '/bin', CI: 'true' }), undefined))

  test('a repeated attempt on GitHub is another pipeline, and the event file tells what was pushed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'myelin-vendor-'))
    const event = join(folder, 'event.json')
    writeFileSync(event, JSON.stringify({ before }))
    const again = detect({ ...github, GITHUB_RUN_ATTEMPT: '2', GITHUB_EVENT_PATH: event })?.pipeline
    assert.equal(again?.id, '77/attempts/2')
    assert.equal(again.before, before)
    writeFileSync(event, JSON.stringify({ before: '0'.repeat(40) }))
    assert.equal(detect({ ...github, GITHUB_EVENT_PATH: event })?.pipeline.before, undefined)
    rmSync(folder, { recursive: true })
  })

  test('a pull request on GitHub is a request', () => {
    const found = detect({ ...github, GITHUB_REF: 'refs/pull/12/merge' })?.pipeline.ref
    assert.deepEqual(found, { kind: 'request', name: '#12', url: 'https://forge.example/team/project/pull/12' })
  })
})
